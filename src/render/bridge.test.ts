import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parse } from 'yaml';
import { renderBridgeScript } from './bridge.ts';
import { examplePlan } from './example-plan.test-data.ts';
import { renderServerNmstate } from './server-nmstate.ts';

test('the script parses, and a hostile NIC name stays one shell word', () => {
  const nic = `e'; touch /nowhere; '$(id)`;
  const servers = examplePlan.servers.map((server) => ({ ...server, nic }));
  const script = renderBridgeScript({ ...examplePlan, servers }, { server: 's1' });
  execFileSync('sh', ['-n'], { input: script });
  const assignment = script.split('\n').find((line) => line.startsWith('nic=')) ?? '';
  assert.equal(execFileSync('sh', ['-c', `${assignment}\nprintf %s "$nic"`], { encoding: 'utf8' }), nic);
});

test('the nmstate document gives the address to the bridge and none to the NIC', () => {
  const [bridge, nic] = parse(renderServerNmstate(examplePlan, { server: 's1' })).interfaces;
  assert.deepEqual(bridge.ipv4.address, [{ ip: '192.168.21.3', 'prefix-length': 24 }]);
  assert.deepEqual(bridge.bridge.port, [{ name: 'eno2' }]);
  assert.equal(nic.ipv4.enabled, false);
});
