import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { labFolder, labwright } from '../cli/labwright.ts';
import { ansibleInventory, type HostVars } from './ansible-core.ts';

const LAB = `lab: pretty
domain: our.pretty.lab
jumphost: {address: 192.168.21.1, nic: eno2}
networks: {baremetal: {cidr: 192.168.21.0/24, bridge: br0}}
servers: {"server[01-03]": {address: 192.168.21.2+, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}}
hosts:
  metal1: {bmc: {address: "redfish-virtualmedia://192.168.30.11/redfish/v1/Systems/1"}, nics: {eno1: {mac: "3c:ec:ef:00:00:11"}}, cpus: 64, memory: 256GiB, disks: [{size: 480GiB, serial: S3Z8}]}
clusters:
  ipi1: {on: server01, install: ipi, masters: 3, workers: 2, nodes: [host/metal1]}
  sno1: {on: server02, install: sno-in-place}
  upi1: {on: server02, install: upi, masters: 3, workers: 2, vips: {api: 192.168.21.1, ingress: 192.168.21.1}}
  abi1: {on: server03, install: abi, masters: 3, workers: 2}
`;

interface Read {
  readonly hostvars: HostVars;
  readonly groups: Readonly<Record<string, { readonly hosts?: readonly string[] }>>;
  readonly path: string;
}

/** What Ansible makes of the inventory that is printed for a cluster; complete by the agent's table, too. */
async function exported(t: TestContext, cluster: string, ...args: readonly string[]): Promise<Read> {
  const { path } = labFolder(t, { 'lab.yml': LAB, 'vars.yml': 'http_proxy: http://proxy:3128\nclock_servers: [10.0.0.9]\n' });
  const printed = labwright('lab', 'inventory', cluster, '--lab', path, ...args.map((one) => one.replace('VARS', join(path, 'vars.yml'))));
  assert.equal(printed.status, 0, printed.stderr);
  const { path: folder } = labFolder(t, { 'hosts.yml': printed.stdout });
  const file = join(folder, 'hosts.yml');
  const { hostvars, groups, stderr } = await ansibleInventory(file);
  // `name` and `hosts` are words of Ansible's own; DCI's roles read variables of these names nevertheless, and a host bootstrap in the group.
  const warnings = stderr.match(/^\[WARNING\]: .*/gm) ?? [];
  assert.deepEqual(
    warnings.filter((one) => !/using reserved name '(name|hosts)'|both group and host with same name: bootstrap/.test(one)),
    [],
  );
  const checked = labwright('lab', 'inventory', '--check', file);
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  return { hostvars, groups, path: file };
}

test('Ansible reads the IPI inventory: a complete one, with VMs, bare metal and variables of the user', async (t) => {
  const { hostvars, groups } = await exported(t, 'ipi1', '--vars', 'VARS');
  assert.deepEqual(groups['masters']?.hosts, ['master-0', 'master-1', 'master-2']);
  assert.deepEqual(groups['workers']?.hosts, ['worker-0', 'worker-1', 'worker-2']);
  assert.deepEqual(groups['hp_hosts_redfish']?.hosts, ['worker-2']);
  const master = hostvars['master-0']!;
  assert.match(String(master['provision_mac']), /^52:54:00:00:[\da-f]{2}:04$/);
  assert.match(String(master['kvm_uuid']), /^[\da-f-]{36}$/);
  assert.deepEqual([master['ipmi_address'], master['redfish_port'], master['role']], ['bmc.our.pretty.lab', 8443, 'master']);
  assert.deepEqual([hostvars['worker-2']!['ipmi_address'], hostvars['worker-2']!['provision_mac']], ['192.168.30.11', '3c:ec:ef:00:00:11']);
  const host = hostvars['provisionhost']!;
  assert.deepEqual([host['pub_nic'], host['http_proxy'], host['baremetal_bridge']], ['enp1s0', 'http://proxy:3128', 'baremetal']);
  assert.deepEqual(host['clock_servers'], ['10.0.0.9']);
});

test('Ansible reads the inventory of a SNO in place: a complete one, with its VM on the bridge of its server', async (t) => {
  const { hostvars, groups } = await exported(t, 'sno1');
  assert.deepEqual(groups['masters']?.hosts, ['master-0.sno1.our.pretty.lab']);
  const node = hostvars['master-0.sno1.our.pretty.lab']!;
  assert.deepEqual(node['networks'], [{ name: 'baremetal', forward_mode: 'bridge', bridge: 'br0' }]);
  const [vm] = node['hosts'] as { host_name: string; networks: { mac: string }[] }[];
  assert.equal(vm?.host_name, 'master-0');
  assert.match(vm?.networks[0]?.mac ?? '', /^52:54:00:00:/);
  assert.equal(hostvars['provisionhost']?.['ansible_host'], '192.168.21.3');
});

test('Ansible reads the inventory of ABI: a complete one, whose nodes have addresses, UUIDs and a hypervisor', async (t) => {
  const { hostvars, groups } = await exported(t, 'abi1');
  assert.deepEqual(groups['masters']?.hosts, ['master-0', 'master-1', 'master-2']);
  assert.deepEqual(groups['vm_hosts']?.hosts, ['server03']);
  const worker = hostvars['worker-1']!;
  assert.deepEqual([worker['role'], worker['vendor'], worker['vm_host'], worker['bmc_address']], ['worker', 'KVM', 'server03', 'bmc.our.pretty.lab:8443']);
  assert.deepEqual([worker['machine_network_cidr'], worker['ntp_server'], worker['setup_vms']], ['192.168.21.0/24', '192.168.21.1', false]);
});

test('Ansible reads the inventory of UPI: a complete one, whose nodes and bootstrap have BMCs and the MACs they boot from', async (t) => {
  const { hostvars, groups } = await exported(t, 'upi1');
  assert.deepEqual(
    ['masters', 'workers', 'bootstrap', 'provisioner'].map((group) => groups[group]?.hosts?.length),
    [3, 2, 1, 1],
  );
  const { name, provision_mac: mac, ipmi_address: bmc, redfish_port: port, bootstrap_interface: jumphost, ansible_host: address } = hostvars['bootstrap']!;
  assert.deepEqual([name, bmc, port, jumphost], ['bootstrap.upi1.our.pretty.lab', 'bmc.our.pretty.lab', 8443, '192.168.21.1']);
  assert.match(String(mac), /^52:54:00:00:[\da-f]{2}:01$/);
  assert.match(String(address), /^192\.168\.21\.\d+$/);
  assert.deepEqual([hostvars['jumphost']!['ansible_host'], hostvars['worker-1']!['ipmi_uefi']], ['192.168.21.1', true]);
});

test('a variable that the agent does not know is a warning with its name, a wrong value a mistake', (t) => {
  const { path } = labFolder(t, { 'lab.yml': LAB, 'near.yml': 'http_prox: x\n', 'wrong.yml': 'webserver_url: not-a-url\n' });
  const near = labwright('lab', 'inventory', 'ipi1', '--lab', path, '--vars', join(path, 'near.yml'));
  assert.equal(near.status, 0);
  assert.match(near.stderr, /near\.yml:1:1: warning: http_prox is not in the table.*\n.*\nhint: did you mean http_proxy\?/);
  const wrong = labwright('lab', 'inventory', 'ipi1', '--lab', path, '--vars', join(path, 'wrong.yml'));
  assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
  assert.match(wrong.stderr, /wrong\.yml:1:16: webserver_url is no http or https URL/);
});
