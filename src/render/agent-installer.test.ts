import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { renderAgentConfig } from './agent-config.ts';
import { examplePlan } from './example-plan.test-data.ts';
import { renderInstallConfig } from './install-config.ts';

const secrets = { pullSecret: '{"auths":{"a: b":"#\\n"}}', sshKey: 'ssh-ed25519 A: b # c' };

test('three masters share VIPs, one master has platform none and its own /32', () => {
  const compact = parse(renderInstallConfig(examplePlan, { ...secrets, cluster: 'c1' }));
  assert.deepEqual(compact.platform, { baremetal: { apiVIPs: ['192.168.21.18'], ingressVIPs: ['192.168.21.19'] } });
  assert.equal(compact.pullSecret, secrets.pullSecret);
  const sno = parse(renderInstallConfig(examplePlan, { ...secrets, cluster: 'sno' }));
  assert.deepEqual(sno.platform, { none: {} });
  assert.deepEqual(sno.networking.machineNetwork, [{ cidr: '192.168.21.22/32' }]);
});

test('the first master is the rendezvous, and each host finds its disk by serial', () => {
  const config = parse(renderAgentConfig(examplePlan, { cluster: 'c1', ntpSources: ['192.168.21.1'] }));
  assert.equal(config.rendezvousIP, '192.168.21.20');
  assert.deepEqual(config.hosts[1], {
    hostname: 'master-1',
    role: 'master',
    interfaces: [{ name: 'enp1s0', macAddress: '52:54:00:00:01:01' }],
    rootDeviceHints: { serialNumber: 'c1m1-d0' },
  });
});
