import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { imported, lineOf } from './imported.ts';
import { ABI, ABI_VARS, GENERATED_IPI, IPMI_METAL, libvirtResources, SNO_METAL, SNO_VM, UPI, VM_HOST } from './inventories.ts';
import { labFolder, labwright } from './labwright.ts';

test('an IPI inventory that is imported and exported again is complete for the agent, with the same machines', (t) => {
  const { path, agentVars } = imported(t, { hosts: GENERATED_IPI });
  const vars = join(path, 'server.agent-vars.yml');
  const printed = labwright('lab', 'inventory', 'server', '--lab', path, '--vars', vars);
  assert.equal(printed.status, 0, printed.stderr);
  const { path: folder } = labFolder(t, { 'hosts.yml': printed.stdout, hosts: GENERATED_IPI });
  const checked = labwright('lab', 'inventory', '--check', join(folder, 'hosts.yml'));
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  assert.match(checked.stdout, /complete for ipi: nothing that dci-openshift-agent needs is missing/);
  assert.equal(labwright('lab', 'inventory', '--check', join(folder, 'hosts')).status, 0, 'as the one that was imported');

  const { all } = parse(printed.stdout);
  assert.deepEqual([all.vars.cluster, all.vars.domain, all.vars.extcidrnet], ['server', 'our.pretty.lab', '192.168.21.0/24']);
  const master = all.children.masters.hosts['master-1'];
  assert.deepEqual([master.provision_mac, master.kvm_uuid], ['52:54:00:00:0a:02', '6f8a1c1e-3c55-4c1e-9a61-0d6f0a5c0002']);
  assert.deepEqual(Object.keys(all.children.workers.hosts), ['worker-0']);
  assert.equal(all.children.provisioner.hosts.provisionhost.ansible_user, 'kni');
  for (const name of ['http_proxy', 'clock_servers', 'webserver_url', 'local_registry_host', 'disconnected_registry_auths_file', 'dci_disconnected'])
    assert.ok(all.vars[name] !== undefined, name);
  assert.doesNotMatch(printed.stdout + agentVars['server'], /registry-secret|bmc-secret/);
});

test('bare metal by IPMI is imported and exported complete too, over its provisioning network', (t) => {
  const { path, lab, diagnostics } = imported(t, { hosts: IPMI_METAL });
  assert.deepEqual(lab.hosts['metal1-master-1'].nics, { eno1: { mac: '3c:ec:ef:00:00:12' } });
  assert.deepEqual(lab.clusters.metal1.provisionhost, { machine: 'jumphost', user: 'kni' });
  assert.equal(lineOf(diagnostics, 'provisioning-mac'), 16);
  const { status, stdout } = labwright('lab', 'inventory', 'metal1', '--lab', path, '--vars', join(path, 'metal1.agent-vars.yml'), '--check');
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^prov_nic +required +set/m);
});

test('A: the VMs of ocp_on_libvirt are an IPI cluster on the bridge of its server, with the MACs and sizes they had', (t) => {
  const { status, lab, text, path } = imported(t, { hosts: VM_HOST, 'libvirt_resources.yml': libvirtResources('server', '52:54:00:00:02') });
  assert.equal(status, 0);
  const { on, install, masters, workers, provisionhost, machines, sizes } = lab.clusters.server;
  assert.deepEqual([on, install, masters, workers], ['server01', 'ipi', 3, 1]);
  assert.deepEqual(provisionhost, { on: 'server01', user: 'dci' });
  assert.deepEqual(machines['worker-0'], { mac: '52:54:00:00:02:04' });
  assert.deepEqual(machines['provisionhost'], { mac: '52:54:00:00:02:00' });
  assert.deepEqual([sizes.worker.memory, sizes.master], ['32GiB', { cpus: 8, memory: '16GiB', disks: ['52GiB'] }]);
  assert.deepEqual(lab.networks, { baremetal: { cidr: '192.168.21.0/24', bridge: 'br0' } });
  assert.match(text, /address: 192\.168\.21\.1 # guessed: /);
  const checked = labwright('lab', 'inventory', 'server', '--lab', path, '--check');
  assert.equal(checked.status, 0, checked.stdout);
});

test('inventories of several servers become one lab: two called localhost are two servers, and a shared file serves both', (t) => {
  const { path, lab } = imported(
    t,
    { hosts: VM_HOST, 'one.yml': libvirtResources('server1', '52:54:00:00:0a'), 'two.yml': libvirtResources('server2', '52:54:00:00:0b') },
    '--name',
    'pretty',
  );
  assert.deepEqual([lab.lab, Object.keys(lab.servers), Object.keys(lab.clusters)], ['pretty', ['server01', 'server02'], ['server1', 'server2']]);
  assert.equal(lab.clusters.server2.on, 'server02');
  assert.equal(labwright('lab', 'plan', path).status, 0);
});

test('B: a SNO in place is a VM, or a bare-metal host with its disk', (t) => {
  const vm = imported(t, { hosts: SNO_VM });
  assert.deepEqual(vm.lab.clusters.sno1.sizes.master, { cpus: 16, memory: '32GiB', disks: ['200GiB'] });
  const metal = imported(t, { hosts: SNO_METAL });
  assert.equal(metal.lab.clusters.sno2.install, 'sno-in-place');
  const host = metal.lab.hosts['sno2-master-0'];
  assert.deepEqual([host.bmc.username, host.nics, host.root_device_hints], ['root', { eno1: { mac: '3c:ec:ef:00:00:11' } }, { deviceName: '/dev/nvme0n1' }]);
  assert.match(metal.text, /redfish-virtualmedia:\/\/192\.168\.1\.9\/redfish\/v1\/Systems\/1 # guessed: the inventory boots it by PXE/);
  assert.equal(metal.lab.jumphost.address, '192.168.126.250');
});

test('C: the short file of ABI and the inventory itself keep VIPs, UUIDs, sizes and bare metal', (t) => {
  const short = imported(t, { 'vars.yml': ABI_VARS });
  assert.deepEqual(short.lab.clusters.abi1.vips, { api: '10.60.0.96', ingress: '10.60.0.97' });
  assert.deepEqual(
    [short.lab.clusters.abi1.on, short.lab.servers.server7.ssh.host, short.lab.networks.baremetal.bridge],
    ['server7', 'server7.our.pretty.lab', 'abi1-br'],
  );
  const { lab, diagnostics } = imported(t, { 'hosts.yml': ABI });
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  const { install, masters, workers, nodes, machines } = lab.clusters.abi2;
  assert.deepEqual([install, masters, workers, nodes], ['abi', 3, 0, ['host/abi2-worker-0']]);
  assert.deepEqual(machines['master-2'], { mac: '52:54:00:60:00:03', uuid: '6f8a1c1e-3c55-4c1e-9a61-0d6f0a5c0013', address: '10.60.0.102' });
  assert.equal(lab.hosts['abi2-worker-0'].bmc.address, 'idrac-virtualmedia://10.9.9.9/redfish/v1/Systems/System.Embedded.1');
  assert.deepEqual(lab.hosts['abi2-worker-0'].root_device_hints, { wwn: '0x5000c500' });
});

test('VIPs and MACs that the lab cannot have are derived instead, with a warning that says why', (t) => {
  const clash = GENERATED_IPI.replace('enable_redfish', 'apivip=192.168.21.2\ningressvip=192.168.21.9\nenable_redfish');
  const vips = imported(t, { hosts: clash });
  assert.equal(lineOf(vips.diagnostics, 'vips-conflict'), 11);
  assert.match(vips.diagnostics.find(({ id }) => id === 'vips-conflict')?.message ?? '', /192\.168\.21\.2/);
  assert.equal(vips.lab.clusters.server.vips, undefined);
  assert.equal(vips.lab.clusters.server.machines['master-0'].mac, '52:54:00:00:0a:01', 'the rest is kept');
  // The second cluster's block would give its machines the MACs that the first one has by hand.
  const two = imported(t, {
    one: GENERATED_IPI.replaceAll(':00:0a:', ':00:02:').replaceAll(':02:01', ':02:04'),
    two: SNO_VM.replaceAll('192.168.126.0', '192.168.21.0'),
  });
  assert.ok(two.lab, JSON.stringify(two.diagnostics));
  assert.equal(labwright('lab', 'plan', two.path).status, 0);
});

test('a dual-stack inventory stays one', (t) => {
  const text = GENERATED_IPI.replace(
    'enable_redfish',
    'ipv6_enabled=true\ndualstack_baremetal=true\nextcidrnet6=fd00:21::/64\nnetwork_type=OpenShiftSDN\nenable_redfish',
  );
  const { path, lab } = imported(t, { hosts: text });
  assert.deepEqual([lab.networks.baremetal.cidr6, lab.jumphost.address6], ['fd00:21::/64', 'fd00:21::1']);
  const { stdout } = labwright('lab', 'inventory', 'server', '--lab', path, '--vars', join(path, 'server.agent-vars.yml'));
  const { vars } = parse(stdout).all;
  assert.deepEqual([vars.extcidrnet6, vars.dualstack_baremetal, vars.network_type], ['fd00:21::/64', true, 'OpenShiftSDN']);
});

test('D: UPI keeps its nodes and the jumphost of its network', (t) => {
  const { lab } = imported(t, { hosts: UPI });
  assert.deepEqual([lab.clusters.ocp4.install, lab.clusters.ocp4.masters, lab.clusters.ocp4.workers], ['upi', 3, 1]);
  assert.deepEqual([lab.jumphost.address, lab.networks.baremetal.cidr, lab.servers.server01.ssh.host], ['192.168.7.1', '192.168.7.0/24', '192.168.1.61']);
});

test('D: a UPI cluster is exported complete, and what is imported of it again has the same machines', (t) => {
  const { path } = imported(t, { hosts: UPI });
  const printed = labwright('lab', 'inventory', 'ocp4', '--lab', path);
  assert.equal(printed.status, 0, printed.stderr);
  const { path: folder } = labFolder(t, { 'hosts.yml': printed.stdout, hosts: UPI });
  const checked = labwright('lab', 'inventory', '--check', join(folder, 'hosts.yml'));
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  assert.match(checked.stdout, /complete for upi: nothing that dci-openshift-agent needs is missing/);
  assert.match(labwright('lab', 'inventory', '--check', join(folder, 'hosts')).stdout, /^not complete for upi: dir is missing$/m);
  const again = imported(t, { 'hosts.yml': printed.stdout });
  const { all } = parse(printed.stdout);
  const { machines } = again.lab.clusters.ocp4;
  for (const [node, vars] of [...Object.entries(all.children.masters.hosts), ...Object.entries(all.children.bootstrap.hosts)] as [
    string,
    Record<string, string>,
  ][])
    assert.deepEqual([machines[node].mac, machines[node].uuid], [vars['provision_mac'], vars['kvm_uuid']], node);
  assert.deepEqual(parse(labwright('lab', 'inventory', 'ocp4', '--lab', again.path).stdout), parse(printed.stdout));
});

test('everything that is not taken over is told: kept for the agent, or dropped with the reason and its line', (t) => {
  const more = '    fips_enabled: true\n    my_own: 1\n    registry_dir: "/{{ my_own }}/registry"\n';
  const { notes, agentVars } = imported(t, { hosts: VM_HOST, 'libvirt_resources.yml': libvirtResources('server', '52:54:00:00:02', more) });
  assert.deepEqual(parse(agentVars['server'] ?? ''), { fips_enabled: true, registry_dir: '/1/registry' });
  const told = (kind: string): string[] => notes.filter((one) => one.kind === kind).map(({ what, at }) => `${what}:${at?.line}`);
  assert.deepEqual(told('kept'), ['fips_enabled:9', 'registry_dir:11']);
  for (const one of ['my_own:10', 'image_url:7', 'hosts[].driver:17', 'hosts[].image_src:22', 'network provisioning:14'])
    assert.ok(told('dropped').includes(one), `${one} in ${told('dropped').join(' ')}`);
});

const REFUSED: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  [
    'a cluster whose name only Ansible can look up',
    { hosts: GENERATED_IPI.replace('cluster=server', `cluster="{{ lookup('env', 'CLUSTER') }}"`) },
    /hosts:6:1: warning: \{\{ lookup.*look-ups are made when Ansible runs[\s\S]*hosts:1:1: no variable cluster/,
  ],
  ['a file in no format of DCI', { hosts: '[all:vars]\ncluster=c\ndomain=d\n[web]\nw1\n' }, /hosts:2:1: c is in none of DCI's formats/],
  ['a vault', { hosts: '$ANSIBLE_VAULT;1.1;AES256\n6162\n' }, /hosts:1:1: the file is encrypted with ansible-vault/],
  ['an inventory script', { hosts: '#!/bin/sh\necho {}\n' }, /hosts:1:1: this is a program that prints an inventory/],
  ['a line that is no inventory', { 'hosts.ini': '[masters\nm\n' }, /hosts\.ini:1:1: "\[masters" is no section/],
  ['two domains', { one: UPI, two: SNO_VM.replace('our.pretty.lab', 'other.lab') }, /two:3:1: sno1 is in domain other\.lab, ocp4 in our\.pretty\.lab/],
  [
    'a VM whose name says no role',
    { 'libvirt_resources.yml': libvirtResources('server', '52:54:00:00:02').replace('dciokd-worker-0', 'dciokd-compute-0') },
    /libvirt_resources\.yml:\d+:\d+: host "dciokd-compute-0" has neither provision, master nor worker in its name/,
  ],
  [
    'bare metal without a MAC',
    { hosts: SNO_METAL.replace(/baremetal_mac=.*\n/, '') },
    /hosts:11:1: sno\S* is bare metal, and no variable has the MAC of its NIC/,
  ],
];

for (const [title, files, message] of REFUSED)
  test(`${title} is refused where it stands, and nothing is written`, (t) => {
    const { path } = labFolder(t, files);
    const out = join(path, 'out');
    const { status, stdout, stderr } = labwright('lab', 'import', ...Object.keys(files).map((name) => join(path, name)), '--output', out);
    assert.deepEqual([status, stdout], [2, ''], stderr);
    assert.match(stderr, message);
    assert.match(stderr, /hint: /);
    assert.ok(!existsSync(out));
  });

test('a lab file that is there is not overwritten', (t) => {
  const { path } = labFolder(t, { hosts: UPI, 'lab.yml': 'mine\n' });
  const { status, stderr } = labwright('lab', 'import', join(path, 'hosts'), '--output', path);
  assert.equal(status, 2);
  assert.match(stderr, /lab\.yml is there already/);
  assert.equal(readFileSync(join(path, 'lab.yml'), 'utf8'), 'mine\n');
});
