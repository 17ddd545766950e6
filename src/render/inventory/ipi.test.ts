import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { LabPlan, PlannedCluster, PlannedMachine } from '../../lab/plan.ts';
import { examplePlan } from '../example-plan.test-data.ts';
import { renderInventory } from './render-inventory.ts';

const provisionhost = { name: 'provisionhost', addresses: ['192.168.21.16'], machine: 'c1-provisionhost', image: undefined, user: 'kni' };
const bootstrap = { addresses: ['192.168.21.17'], mac: '52:54:00:00:01:01' };

function planned(cluster: Partial<PlannedCluster>, machine: (one: PlannedMachine) => PlannedMachine = (one) => one): LabPlan {
  const own = { ...examplePlan.machines[0]!, name: 'c1-provisionhost' };
  return {
    ...examplePlan,
    clusters: examplePlan.clusters.map((one) => (one.name === 'c1' ? { ...one, install: 'ipi', provisionhost, bootstrap, ...cluster } : one)),
    machines: [...examplePlan.machines.map(machine), own],
  };
}

test('each node has the MAC, Redfish system and BMC of its machine, and no password in clear', () => {
  const { all } = parse(renderInventory(planned({}), 'c1', {}));
  assert.deepEqual(all.children.masters.hosts['master-1'], {
    ansible_host: '192.168.21.21',
    name: 'master-1',
    role: 'master',
    ipmi_user: 'admin',
    ipmi_password: "{{ lookup('env', 'LABWRIGHT_BMC_PASSWORD_C1_MASTER_1') }}",
    ipmi_address: 'bmc.our.pretty.lab',
    redfish_port: 8443,
    kvm_uuid: '1',
    provision_mac: '52:54:00:00:01:01',
    hardware_profile: 'default',
    root_device_hint: 'serialNumber',
    root_device_hint_value: 'c1m1-d0',
  });
  assert.deepEqual(Object.keys(all.children.kvm_hosts_redfish.hosts), ['master-0', 'master-1', 'master-2']);
});

test('the agent logs in to the provisionhost, and the bootstrap VM gets the MAC that an address is kept for', () => {
  const { all } = parse(renderInventory(planned({}), 'c1', {}));
  assert.deepEqual(all.children.provisioner.hosts.provisionhost, { ansible_host: '192.168.21.16', ansible_user: 'kni', pub_nic: 'enp1s0' });
  assert.equal(all.vars.externalMACAddress, bootstrap.mac);
  assert.deepEqual([all.vars.enable_virtualmedia, all.vars.redfish_inspection, all.vars.clock_servers], [true, false, ['192.168.21.1']]);
});

test('a dual-stack cluster says so in every variable that the role asks', () => {
  const { all } = parse(renderInventory(planned({ machineNetwork6: 'fd00:21::/64', vips6: { api: 'fd00:21::12', ingress: 'fd00:21::13' } }), 'c1', {}));
  const { extcidrnet6, ipv6_enabled, dualstack_baremetal, dualstack_vips } = all.vars;
  assert.deepEqual([extcidrnet6, ipv6_enabled, dualstack_baremetal, dualstack_vips], ['fd00:21::/64', true, true, true]);
});

test('bare metal is in the group of its vendor, and IPMI alone leaves no virtual media', () => {
  const bmc = { username: 'root', passwordFile: '/etc/labwright/bmc/m', verifyTls: true };
  const kinds = [
    { protocol: 'idrac-virtualmedia', url: 'https://10.0.0.1/redfish/v1/Systems/System.Embedded.1' },
    { protocol: 'redfish-virtualmedia', url: 'https://10.0.0.2/redfish/v1/Systems/1' },
    { protocol: 'ipmi', url: 'ipmi://10.0.0.3:6230' },
  ] as const;
  const { all } = parse(
    renderInventory(
      planned({}, (one) => ({ ...one, kind: 'metal', bmc: { ...bmc, ...kinds[Number(one.name.at(-1))]! } })),
      'c1',
      {},
    ),
  );
  assert.deepEqual(Object.keys(all.children.dell_hosts_redfish.hosts), ['master-0']);
  assert.deepEqual(Object.keys(all.children.hp_hosts_redfish.hosts), ['master-1']);
  assert.equal(all.children.masters.hosts['master-2'].ipmi_port, 6230);
  assert.equal(all.children.masters.hosts['master-2'].ipmi_password, "{{ lookup('file', '/etc/labwright/bmc/m') }}");
  assert.deepEqual([all.vars.enable_redfish, all.vars.enable_virtualmedia, all.vars.disable_bmc_certificate_verification], [false, false, false]);
});

test('variables of the caller win, and a provisionhost of the caller comes first', () => {
  const { all } = parse(
    renderInventory(planned({}), 'c1', { provisioner: 'p.example.org', vars: { http_proxy: 'http://proxy:3128', clock_servers: ['10.0.0.9'] } }),
  );
  assert.equal(all.children.provisioner.hosts.provisionhost.ansible_host, 'p.example.org');
  assert.deepEqual([all.vars.http_proxy, all.vars.clock_servers], ['http://proxy:3128', ['10.0.0.9']]);
});

test('a cluster without provisionhost, one of no such name, and one that the agent does not install are refused', () => {
  assert.throws(() => renderInventory(examplePlan, 'c1', { format: 'ipi' }), { code: 'bad_input' });
  assert.throws(() => renderInventory(examplePlan, 'nope', {}), { code: 'not_found' });
  assert.throws(() => renderInventory(planned({ install: 'none' }), 'c1', {}), { code: 'bad_input' });
});
