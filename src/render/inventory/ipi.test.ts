import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { LabPlan } from '../../lab/plan.ts';
import { examplePlan } from '../example-plan.test-data.ts';
import { renderIpiInventory } from './ipi.ts';

const provisionhost = { name: 'provisionhost', role: 'provisionhost', machine: 'c1-p', addresses: ['192.168.21.23'], mac: '52:54:00:00:01:0f' } as const;
const plan: LabPlan = {
  ...examplePlan,
  clusters: examplePlan.clusters.map((one) => (one.name === 'c1' ? { ...one, nodes: [...one.nodes, provisionhost] } : one)),
};

test('each node has the MAC, UUID and BMC of its machine, and no password in clear', () => {
  const { all } = parse(renderIpiInventory(plan, 'c1'));
  assert.deepEqual(all.children.masters.hosts['master-1'], {
    name: 'master-1',
    role: 'master',
    ipmi_user: 'admin',
    ipmi_password: "{{ lookup('env', 'LABWRIGHT_BMC_PASSWORD') }}",
    ipmi_address: 'bmc.our.pretty.lab',
    redfish_port: 8443,
    kvm_uuid: '00000000-0000-5000-8000-000000000001',
    provision_mac: '52:54:00:00:01:01',
    hardware_profile: 'default',
    root_device_hint: 'serialNumber',
    root_device_hint_value: 'c1m1-d0',
  });
  assert.deepEqual(Object.keys(all.children.kvm_hosts_redfish.hosts), ['master-0', 'master-1', 'master-2']);
});

test('the cluster is named with its domain and network, and the agent logs in to the provisionhost', () => {
  const { all } = parse(renderIpiInventory(plan, 'c1'));
  assert.equal(`${all.vars.install_type} ${all.vars.cluster}.${all.vars.domain} ${all.vars.extcidrnet}`, 'ipi c1.our.pretty.lab 192.168.21.0/24');
  assert.equal(all.children.provisioner.hosts.provisionhost.ansible_host, '192.168.21.23');
});

test('a provisionhost named by the caller comes first', () => {
  const { all } = parse(renderIpiInventory(examplePlan, 'c1', 'p.example.org'));
  assert.equal(all.children.provisioner.hosts.provisionhost.ansible_host, 'p.example.org');
});

test('a cluster without provisionhost, or none of that name, is refused', () => {
  assert.throws(() => renderIpiInventory(examplePlan, 'c1'), { code: 'bad_input' });
  assert.throws(() => renderIpiInventory(plan, 'nope'), { code: 'not_found' });
});
