// Addresses that an inventory states for single nodes: kept where a lab can have them, told where not.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { imported, type ImportedFiles } from './imported.ts';
import { ABI, ABI_VARS, GENERATED_IPI, libvirtResources, SNO_METAL, SNO_VM, VM_HOST } from './inventories.ts';
import { labFolder, labwright } from './labwright.ts';

interface Planned {
  readonly clusters: readonly {
    readonly name: string;
    readonly vips: object;
    readonly nodes: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  }[];
}

function planned(path: string): Record<string, string> {
  const { status, stdout, stderr } = labwright('lab', 'plan', path, '--json');
  assert.equal(status, 0, stderr);
  return Object.fromEntries((JSON.parse(stdout) as Planned).clusters.flatMap(({ nodes }) => nodes.map(({ name, addresses }) => [name, addresses[0]!])));
}

const dropped = ({ notes }: ImportedFiles) => notes.filter(({ id }) => id === 'own-addresses').map(({ what, why, at }) => `${at?.line} ${what}: ${why}`);

test('nodes keep the addresses of their inventory, VMs and bare metal', (t) => {
  const short = imported(t, { 'vars.yml': ABI_VARS });
  assert.deepEqual(planned(short.path), { 'master-0': '10.60.0.100', 'master-1': '10.60.0.101', 'master-2': '10.60.0.102' });
  const whole = imported(t, { 'hosts.yml': ABI });
  assert.deepEqual(planned(whole.path), { 'master-0': '10.60.0.100', 'master-1': '10.60.0.101', 'master-2': '10.60.0.102', 'worker-0': '10.60.0.110' });
  assert.equal(whole.lab.hosts['abi2-worker-0'].address, '10.60.0.110');
  const sno = imported(t, { hosts: SNO_VM.replace('sno_extnet_ip=""', 'sno_extnet_ip=192.168.126.10') });
  assert.deepEqual(planned(sno.path), { 'master-0': '192.168.126.10' });
  const metal = imported(t, { hosts: SNO_METAL.replace('extcidrrouter', 'sno_extnet_ip=192.168.126.10\nextcidrrouter') });
  assert.equal(metal.lab.hosts['sno2-master-0'].address, '192.168.126.10');
  for (const one of [short, whole, sno, metal]) assert.deepEqual(dropped(one), []);
});

test('so does the provisionhost, and a node of libvirt_resources.yml', (t) => {
  const vms = libvirtResources('server', '52:54:00:00:02')
    .replace('mac: "52:54:00:00:02:00"', 'mac: "52:54:00:00:02:00", address: 192.168.21.230')
    .replace('mac: "52:54:00:00:02:03"', 'mac: "52:54:00:00:02:03", address: 192.168.21.233');
  const { path } = imported(t, { hosts: VM_HOST, 'libvirt_resources.yml': vms });
  const addresses = planned(path);
  assert.deepEqual([addresses['provisionhost'], addresses['master-2'], addresses['master-1']], ['192.168.21.230', '192.168.21.233', '192.168.21.21']);
});

test('an address that no lab can have is told with its line, and the node gets one of its block', (t) => {
  const text = ABI.replace('10.60.0.100', '10.61.0.100')
    .replace('10.60.0.101', '10.60.0.1')
    .replace('10.60.0.102', '10.60.0.96')
    .replace('10.60.0.110', '10.60.0.255');
  const one = imported(t, { 'hosts.yml': text });
  const line = (part: string) => text.split('\n').findIndex((row) => row.includes(part)) + 1;
  const rest = "; the node gets one of its cluster's block";
  assert.deepEqual(dropped(one), [
    `${line('10.61.0.100')} address 10.61.0.100 of abi2-master-0: it is outside 10.60.0.0/24${rest}`,
    `${line('abi2-master-1:')} address 10.60.0.1 of abi2-master-1: it is the jumphost's${rest}`,
    `${line('abi2-master-2:')} address 10.60.0.96 of abi2-master-2: it is api of abi2's${rest}`,
    `${line('10.60.0.255')} address 10.60.0.255 of abi2-metal: no machine can have the first or the last address of 10.60.0.0/24${rest}`,
  ]);
  assert.equal(planned(one.path)['master-0'], '10.60.0.20');
  const twice = imported(t, { 'hosts.yml': ABI.replace('10.60.0.101', '10.60.0.100') });
  assert.deepEqual(dropped(twice), [
    `${ABI.split('\n').findIndex((row) => row.includes('abi2-master-1')) + 1} address 10.60.0.100 of abi2-master-1: it is abi2 abi2-master-0's${rest}`,
  ]);
});

test('a name is no address: what only DNS knows is left to the plan', (t) => {
  const one = imported(t, { hosts: GENERATED_IPI.replace('dciokd-master-0 name', 'dciokd-master-0 ansible_host=dciokd-master-0.server.our.pretty.lab name') });
  assert.deepEqual(dropped(one), []);
  assert.equal(one.lab.clusters.server.machines['master-0'].address, undefined);
});

test('an exported cluster that is imported again has the addresses it had, and VIPs that no inventory of IPI states', (t) => {
  const exported = (lab: string, cluster: string, format: string) => {
    const { status, stdout, stderr } = labwright('lab', 'inventory', cluster, '--lab', lab, '--format', format);
    assert.equal(status, 0, stderr);
    return imported(t, { 'hosts.yml': stdout });
  };
  for (const [name, cluster, format] of [
    ['pretty-lab', 'cluster1', 'abi'],
    ['pretty-lab', 'mno1', 'abi'],
    ['telco-lab', 'ipi1', 'ipi'],
    ['metal-lab', 'edge1', 'abi'],
  ] as const) {
    const { path: lab } = labFolder(t, {});
    cpSync(join(packageRoot(), 'examples', name), lab, { recursive: true });
    const [before, after] = [lab, exported(lab, cluster, format).path].map((path) => {
      const { clusters } = JSON.parse(labwright('lab', 'plan', path, '--json').stdout) as Planned;
      const { vips, nodes } = clusters.find((one) => one.name === cluster)!;
      return [vips, nodes.map(({ addresses }) => addresses[0])];
    });
    assert.deepEqual(after, before, cluster);
  }
  const first = exported(join(packageRoot(), 'examples/pretty-lab'), 'cluster1', 'abi');
  assert.doesNotMatch(JSON.stringify(first.lab.clusters), /"address"/, 'what the plan gives anyway is not written');
});
