import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { before, test, type TestContext } from 'node:test';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import type { LabPlan } from '../../src/lab/plan.ts';
import { renderDnsmasq } from '../../src/render/dnsmasq.ts';
import { renderLibvirtDomain } from '../../src/render/libvirt-domain.ts';
import { renderLibvirtNetwork } from '../../src/render/libvirt-network.ts';
import { realSleep } from '../../src/util/clock.ts';
import { localExec, type Exec } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { boxObstacle, installPackages } from './packages.ts';

const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const DUAL = `lab: dual
domain: dual.lab
jumphost: {address: 192.168.78.1, address6: 'fd00:78::1', nic: eno2}
networks:
  baremetal: {cidr: 192.168.78.0/24, cidr6: 'fd00:78::/64', bridge: br0}
servers:
  server1: {address: 192.168.78.2, address6: 'fd00:78::2', nic: eno2, cpus: 64, memory: 512GiB, disk: 4TiB}
clusters:
  c1: {on: server1, install: abi, masters: 3, workers: 2}
`;

before(() => (skip === undefined ? installPackages(console.log) : undefined));

test('libvirt’s own schema accepts the networks and every domain of the example labs', { skip }, async (t) => {
  const folder = workFolder(t);
  for (const lab of ['pretty-lab', 'tiny-lab']) {
    for (const accel of ['kvm', 'tcg'] as const) {
      const plan = { ...planOf(readFileSync(join(packageRoot(), 'examples', lab, 'lab.yml'), 'utf8')), accel };
      for (const { name } of plan.networks) await validate(folder, 'network', renderLibvirtNetwork(plan, { network: name }));
      for (const { name } of plan.machines) {
        const options = { machine: name, imagesDir: '/i', consolesDir: '/c', logsDir: '/l', spec: 'sha256:0', generation: 1 };
        await validate(folder, 'domain', renderLibvirtDomain(plan, options));
      }
    }
  }
  const broken = renderLibvirtDomain(planOf(DUAL), { machine: 'c1-master-0', imagesDir: '/i', consolesDir: '/c', logsDir: '/l', spec: '', generation: 1 });
  await assert.rejects(validate(folder, 'domain', broken.replaceAll('vcpu', 'vcpuz')), { code: 'exec_failed' });
});

test('a machine gets both its addresses from a real dnsmasq, and its names have them', { skip, timeout: 60_000 }, async (t) => {
  const folder = workFolder(t);
  const plan = planOf(DUAL);
  const [node] = plan.clusters[0]!.nodes;
  assert.ok(node);
  const [jumphost, machine] = await twoNamespaces(t, node.mac);
  await jumphost(['ip', 'address', 'add', '192.168.78.1/24', 'dev', 'eno2']);
  await jumphost(['ip', 'address', 'add', 'fd00:78::1/64', 'dev', 'eno2', 'nodad']);
  await startDnsmasq(t, folder, plan, jumphost);

  const dig = async (...query: string[]): Promise<string[]> => (await jumphost(['dig', '@192.168.78.1', '+short', ...query])).stdout.trim().split('\n');
  assert.deepEqual(await dig('master-0.c1.dual.lab', 'A', 'master-0.c1.dual.lab', 'AAAA'), ['192.168.78.20', 'fd00:78::14']);
  assert.deepEqual(await dig('api.c1.dual.lab', 'AAAA', 'console.apps.c1.dual.lab', 'AAAA'), ['fd00:78::12', 'fd00:78::13']);
  assert.deepEqual(await dig('-x', 'fd00:78::14', '+short', '-x', '192.168.78.20'), ['master-0.c1.dual.lab.', 'master-0.c1.dual.lab.']);
  assert.deepEqual(await dig('bmc.dual.lab', 'server1.dual.lab'), ['192.168.78.1', '192.168.78.2']);

  for (const family of ['-4', '-6']) {
    const client = ['dhclient', family, '-1', '-lf', join(folder, `leases${family}`), '-pf', join(folder, `pid${family}`), '-cf', '/dev/null'];
    await machine([...client, '-sf', join(folder, 'script'), 'eth0']);
  }
  const got = readFileSync(join(folder, 'got'), 'utf8');
  assert.match(got, /^192\.168\.78\.20 master-0 c1\.dual\.lab$/m);
  assert.match(got, /^fd00:78::14$/m);
});

function planOf(text: string): LabPlan {
  const { plan, diagnostics } = planLab('lab.yml', text, EMPTY_LOCK);
  assert.ok(plan, JSON.stringify(diagnostics));
  return plan;
}

function workFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lwbox-rendered-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function validate(folder: string, schema: 'domain' | 'network', xml: string): Promise<void> {
  const file = join(folder, `${schema}.xml`);
  writeFileSync(file, xml);
  await localExec(['virt-xml-validate', file, schema]);
}

/** A jumphost with eno2 and a machine with eth0, on one cable; both are gone after the test. */
async function twoNamespaces(t: TestContext, mac: string): Promise<readonly [Exec, Exec]> {
  const names = ['jumphost', 'machine'].map((name) => `lwdns-${process.pid}-${name}`);
  for (const name of names) {
    await localExec(['ip', 'netns', 'add', name]);
    t.after(() => localExec(['sh', '-c', 'kill $(ip netns pids "$1") 2>/dev/null; ip netns delete "$1"', 'sh', name]));
    // Or its link-local address is not to be used for the first second.
    await localExec(['ip', 'netns', 'exec', name, 'sh', '-c', 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad']);
  }
  const inside =
    (name: string): Exec =>
    (command, options) =>
      localExec(['ip', 'netns', 'exec', name, ...command], options);
  const [jumphost, machine] = names as [string, string];
  await localExec(['ip', '-n', jumphost, 'link', 'add', 'name', 'eno2', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', machine]);
  await inside(machine)(['ip', 'link', 'set', 'eth0', 'address', mac, 'up']);
  for (const link of ['lo', 'eno2']) await inside(jumphost)(['ip', 'link', 'set', link, 'up']);
  return [inside(jumphost), inside(machine)];
}

async function startDnsmasq(t: TestContext, folder: string, plan: LabPlan, jumphost: Exec): Promise<void> {
  const options = { confDir: join(folder, 'conf'), stateDir: join(folder, 'state'), interface: plan.jumphost.nic, upstreams: [] };
  for (const [path, text] of renderDnsmasq(plan, options)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  // dhclient hands what it was given to a script.
  const script = join(folder, 'script');
  writeFileSync(
    script,
    `#!/bin/sh
case "$reason" in
  BOUND) echo "$new_ip_address $new_host_name $new_domain_name" >>${folder}/got ;;
  BOUND6) echo "$new_ip6_address" >>${folder}/got ;;
esac
`,
    { mode: 0o755 },
  );
  const command = ['dnsmasq', '--keep-in-foreground', '--user=root', '--conf-file=/dev/null', `--conf-dir=${options.confDir},*.conf`, '--pid-file='];
  const namespace = (await jumphost(['ip', 'netns', 'identify'])).stdout.trim();
  const child = spawn('ip', ['netns', 'exec', namespace, ...command, `--log-facility=${folder}/log`], { stdio: 'inherit' });
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  while ((await jumphost(['dig', '@192.168.78.1', '+tries=1', '+time=1', 'bmc.dual.lab'], { okExitCodes: [0, 9] })).exitCode !== 0) await realSleep(100);
}
