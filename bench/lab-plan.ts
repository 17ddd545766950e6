// How long a plan of N servers and 10 N VMs takes with its dnsmasq and domain files, for N = 1,000 and 2,000 (target: 1 s, ratio about 2).
import { EMPTY_LOCK } from '../src/lab/lock.ts';
import { planLab } from '../src/lab/plan-lab.ts';
import { renderDnsmasq } from '../src/render/dnsmasq.ts';
import { renderLibvirtDomain } from '../src/render/libvirt-domain.ts';

measure(100);
const [once, twice] = [measure(1000), measure(2000)];
console.log(`N = 1000: ${once.toFixed(0)} ms, N = 2000: ${twice.toFixed(0)} ms, ratio ${(twice / once).toFixed(2)}`);

function measure(servers: number): number {
  const clusters = Array.from({ length: servers }, (_, index) => `  c${index}: {on: server${String(index + 1).padStart(4, '0')}, masters: 3, workers: 7}\n`);
  const text = `lab: big
domain: big.lab
jumphost: {address: 10.0.0.1, nic: eno2}
networks:
  baremetal: {cidr: 10.0.0.0/8, bridge: br0, slot_size: 16}
servers:
  server[0001-${servers}]: {address: 10.0.0.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}
clusters:
${clusters.join('')}`;
  const times = Array.from({ length: 3 }, () => {
    const startedMs = performance.now();
    const { plan } = planLab('lab.yml', text, EMPTY_LOCK);
    if (plan?.machines.length !== servers * 10) throw new Error('the plan is not whole');
    renderDnsmasq(plan, { confDir: '/conf', stateDir: '/state', interface: 'eno2', upstreams: [] });
    for (const { name } of plan.machines)
      renderLibvirtDomain(plan, { machine: name, imagesDir: '/i', consolesDir: '/c', logsDir: '/l', spec: '', generation: 1 });
    return performance.now() - startedMs;
  });
  return Math.min(...times);
}
