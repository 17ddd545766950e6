import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readInventory } from '../../lab/ansible-inventory/read-inventory.ts';
import { AGENT_INVENTORIES, installType } from './agent-inventories.ts';
import type { Method } from './agent-variable.ts';
import { checkInventory, type CheckedVariable } from './check-inventory.ts';

const IPI = `[all:vars]
install_type=ipi
cluster=server
domain=our.pretty.lab
prov_nic=eth0
pub_nic=eth1
[masters]
master-0 role=master ipmi_user=a ipmi_password=b ipmi_address=10.0.0.1 provision_mac=52:54:00:00:00:01
master-1 role=master ipmi_user=a ipmi_password=b ipmi_address=10.0.0.1 provision_mac=52:54:00:00:00:02 ipmi_port=6231
[provisioner]
provisionhost ansible_user=dci
`;

function check(text: string, method: Method = 'ipi'): { readonly complete: boolean; readonly row: (name: string) => CheckedVariable | undefined } {
  const { inventory, diagnostics } = readInventory([{ path: 'hosts', text }]);
  assert.ok(inventory, JSON.stringify(diagnostics));
  const { variables, complete } = checkInventory(inventory, AGENT_INVENTORIES[method]);
  return { complete, row: (name) => variables.find((one) => one.name === name) };
}

test('an inventory with everything that is needed is complete, and says what the agent does without the rest', () => {
  const { complete, row } = check(IPI);
  assert.ok(complete);
  assert.equal(row('cluster')?.at?.line, 3);
  assert.deepEqual([row('clock_servers')?.state, row('clock_servers')?.note], ['absent', 'nodes keep the time servers of their DHCP']);
  assert.deepEqual([row('kvm_uuid')?.state, row('kvm_uuid')?.need], ['absent', 'optional']);
});

test('what is missing is named with the hosts that lack it', () => {
  const { complete, row } = check(IPI.replace(' ipmi_address=10.0.0.1 provision_mac=52:54:00:00:00:02', '').replace('domain=our.pretty.lab\n', ''));
  assert.ok(!complete);
  assert.equal(row('domain')?.state, 'missing');
  assert.deepEqual([row('ipmi_address')?.state, row('ipmi_address')?.note], ['missing', 'not on master-1']);
});

test('a variable that another one asks for is needed only then', () => {
  assert.ok(check(IPI.replace('prov_nic=eth0', 'enable_virtualmedia=true')).complete);
  assert.equal(check(IPI.replace('prov_nic=eth0', 'enable_virtualmedia=false')).row('prov_nic')?.state, 'missing');
  const kvm = check(`${IPI}[kvm_hosts_redfish]\nmaster-1\n`);
  assert.deepEqual([kvm.row('kvm_uuid')?.state, kvm.row('kvm_uuid')?.note], ['missing', 'in group kvm_hosts_redfish; not on master-1']);
  assert.equal(check(IPI.replace('[masters]', 'dci_disconnected=true\n[masters]')).row('webserver_url')?.state, 'missing');
});

test('values of a wrong form, placeholders and identities given twice are wrong, at their line', () => {
  const placeholder = check(IPI.replace('ipmi_port=6231', 'ipmi_port=<623>'));
  assert.deepEqual([placeholder.row('ipmi_port')?.state, placeholder.row('ipmi_port')?.note], ['wrong', 'still the placeholder of a sample on master-1']);
  assert.equal(placeholder.row('ipmi_port')?.at?.line, 9);
  const twice = check(IPI.replace('00:00:00:02', '00:00:00:01'));
  assert.deepEqual([twice.row('provision_mac')?.state, twice.row('provision_mac')?.note], ['wrong', 'master-1 has the same as master-0']);
  assert.equal(check(IPI.replace('cluster=server', 'extcidrnet=10.0.0.5/24\ncluster=server')).row('extcidrnet')?.state, 'wrong');
});

test('what Ansible evaluates, and secrets in a vault, count as set', () => {
  const text = `all:
  vars: {cluster: c, domain: d, enable_virtualmedia: "{{ media | bool }}", media: "yes", pub_nic: "{{ lookup('env', 'NIC') }}"}
  children:
    masters: {hosts: {m: {role: master, ipmi_user: a, ipmi_address: b, provision_mac: "52:54:00:00:00:01", ipmi_password: !vault "x"}}}
    provisioner: {hosts: {p: {ansible_user: dci}}}
`;
  const { complete, row } = check(text);
  assert.ok(complete);
  assert.deepEqual([row('pub_nic')?.state, row('pub_nic')?.note], ['set', 'Ansible evaluates it']);
});

test('variables inside lists are looked for in each element', () => {
  const sno = (mac: string): string => `[all:vars]
install_type=sno
cluster=c
domain=d
dir=/tmp/x
extcidrnet=192.168.126.0/24
networks=[{'name': 'n', 'forward_mode': 'nat'}]
hosts=[{'name': 'n', 'host_name': 'master-0', 'memory': 1, 'vcpus': 8, 'disk_gb': 120, 'networks': [{'name': 'n'${mac}}]}]
[masters]
m role=master
[workers]
[provisioner]
localhost
`;
  assert.ok(check(sno(", 'mac': '52:54:00:00:00:01'"), 'sno').complete);
  assert.equal(check(sno(''), 'sno').row('hosts[].networks[].mac')?.state, 'missing');
});

test('install_type is found wherever the inventory has it', () => {
  const { inventory } = readInventory([{ path: 'hosts', text: '[masters]\nm install_type=sno\n' }]);
  assert.equal(installType(inventory!), 'sno');
});
