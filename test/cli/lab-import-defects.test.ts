import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { imported, lineOf } from './imported.ts';
import { ABI, ABI_VARS, GENERATED_IPI, libvirtResources, SNO_METAL, SNO_VM, VM_HOST } from './inventories.ts';
import { labwright } from './labwright.ts';

/** The line of a text that holds this. */
function line(text: string, part: string, nth = 0): number {
  return text.split('\n').flatMap((one, index) => (one.includes(part) ? [index + 1] : []))[nth]!;
}

/** Each defect of DCI's samples and roles (reference/lab-and-libvirt.md §1.11) is mended and told where it stands, never taken over. */

test('1: MACs that every copy of a sample has are replaced, and a network that was one server’s own is pointed at', (t) => {
  const { lab, diagnostics } = imported(t, { hosts: SNO_VM, 'vars.yml': ABI_VARS });
  assert.deepEqual(
    diagnostics.filter(({ id }) => id === 'sample-mac').map(({ at }) => at?.line),
    [line(SNO_VM, 'ee:42:e1'), line(ABI_VARS, 'C0:00')],
  );
  assert.deepEqual(
    diagnostics.filter(({ id }) => id === 'private-network').map(({ at }) => at?.line),
    [line(SNO_VM, 'extcidrnet'), line(ABI_VARS, 'machine_network_cidr:')],
  );
  assert.doesNotMatch(JSON.stringify(lab), /de:ad:be:ef|ee:42:e1/i);
});

test('1: a MAC and a UUID that two inventories have stay with the first', (t) => {
  const twin = GENERATED_IPI.replace('cluster=server', 'cluster=other').replaceAll(':0a:01', ':0a:77');
  const { lab, diagnostics } = imported(t, { one: GENERATED_IPI, two: twin });
  assert.deepEqual(lab.clusters.other.machines, { 'master-0': { mac: '52:54:00:00:0a:77' } });
  assert.deepEqual([lineOf(diagnostics, 'duplicate-mac'), lineOf(diagnostics, 'duplicate-uuid')], [line(twin, ':0a:02'), line(twin, '0001')]);
});

test('2: a prefix that is not the network’s is told, and nodes get the network’s', (t) => {
  const { lab, diagnostics } = imported(t, { 'hosts.yml': ABI });
  assert.equal(lineOf(diagnostics, 'wrong-prefix'), line(ABI, 'prefix: "25"'));
  assert.equal(lab.networks.baremetal.cidr, '10.60.0.0/24');
});

test('3: a double equals is read as one', (t) => {
  const { lab, diagnostics } = imported(t, { hosts: SNO_METAL });
  assert.equal(lineOf(diagnostics, 'double-equals'), line(SNO_METAL, '=='));
  assert.deepEqual(lab.clusters.sno2.nodes, ['host/sno2-master-0'], 'bare metal, as was meant');
});

test('4, 7, 8: DNS is the jumphost’s: records go with their cluster, are asked of their server, and TCP is served', (t) => {
  const { notes } = imported(t, { 'vars.yml': ABI_VARS });
  const told = notes.find(({ id }) => id === 'dci-dns');
  assert.equal(told?.at?.line, line(ABI_VARS, 'setup_dns_service'));
  assert.match(told?.why ?? '', /removes openshift\.conf.*system resolver.*UDP port 53 only/);
});

test('5: the folder of images is not taken over: destroy removes what the lab made and nothing else', (t) => {
  assert.equal(lineOf(imported(t, { 'hosts.yml': ABI }).notes, 'shared-images'), line(ABI, 'images_dir'));
});

test('6: a bridge with STP is told, and the lab’s has none', (t) => {
  assert.equal(lineOf(imported(t, { 'hosts.yml': ABI }).diagnostics, 'stp-on'), line(ABI, 'stp:'));
  const text = libvirtResources('server', '52:54:00:00:02');
  const libvirt = imported(t, { hosts: VM_HOST, 'libvirt_resources.yml': text });
  assert.equal(lineOf(libvirt.diagnostics, 'stp-on'), line(text, 'bridge: provisioning'));
  assert.doesNotMatch(libvirt.text, /stp/);
});

test('9: nested virtualisation is not taken over as options of one vendor', (t) => {
  const text = libvirtResources('server', '52:54:00:00:02');
  const { notes } = imported(t, { 'libvirt_resources.yml': text });
  const told = notes.find(({ id }) => id === 'nested-kvm');
  assert.deepEqual([told?.what, told?.at?.line], ['hosts[].cpu_mode', line(text, 'cpu_mode')]);
});

test('10: making all VMs anew before each deployment is not taken over', (t) => {
  assert.equal(lineOf(imported(t, { 'hosts.yml': ABI }).notes, 'rebuild-first'), line(ABI, 'setup_vms'));
});

test('11: ports that were counted are not taken over: a BMC is found by UUID', (t) => {
  const { path, notes } = imported(t, { hosts: GENERATED_IPI });
  assert.equal(notes.filter(({ id }) => id === 'vbmc-ports').length, 4);
  assert.doesNotMatch(labwright('lab', 'inventory', 'server', '--lab', path).stdout, /ipmi_port|62\d\d/);
});

test('12: cleaning that removes the current boot entry is refused to the agent', (t) => {
  const text = GENERATED_IPI.replace('enable_redfish=true', 'enable_redfish=true\ndci_delete_uefi_boot_entries=true\ndci_erase_bootloader_on_disk=true');
  const { diagnostics, agentVars } = imported(t, { hosts: text });
  assert.deepEqual(
    diagnostics.filter(({ id }) => id === 'unsafe-cleanup').map(({ at }) => at?.line),
    [line(text, 'dci_delete'), line(text, 'dci_erase')],
  );
  assert.doesNotMatch(agentVars['server'] ?? '', /dci_(delete|erase)/);
});

test('13: a machine without a UUID gets one that stays the same', (t) => {
  const uuids = (): unknown => {
    const { path, notes } = imported(t, { 'libvirt_resources.yml': libvirtResources('server', '52:54:00:00:02') });
    assert.equal(lineOf(notes, 'derived-uuid'), 3);
    const { all } = parse(labwright('lab', 'inventory', 'server', '--lab', path).stdout) as {
      all: { children: { masters: { hosts: Record<string, { kvm_uuid: string }> } } };
    };
    return Object.values(all.children.masters.hosts).map(({ kvm_uuid }) => kvm_uuid);
  };
  assert.deepEqual(uuids(), uuids());
});
