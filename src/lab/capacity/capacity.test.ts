import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../lock.ts';
import { planLab } from '../plan-lab.ts';

/** Five machines on a server of this size: 3 masters of 16 GiB, 2 workers of 32 GiB, 8 vCPUs and 120 GiB each. */
function told(cpus: number, memory: string, disk: string): (readonly [string, string])[] {
  const text = `lab: small
domain: small.lab
jumphost: {address: 10.0.0.1, nic: eno2}
networks:
  flat: {cidr: 10.0.0.0/24, bridge: br0}
servers:
  server1: {address: 10.0.0.2, nic: eno2, cpus: ${cpus}, memory: ${memory}, disk: ${disk}}
clusters:
  one: {on: server1, install: abi, masters: 3, workers: 2}
`;
  return planLab('lab.yml', text, EMPTY_LOCK).diagnostics.map(({ id, severity }) => [id, severity] as const);
}

test('machines that fit well are not spoken of', () => {
  assert.deepEqual(told(40, '256GiB', '1TiB'), []);
});

test('memory: above nine tenths is a warning, above all an error', () => {
  assert.deepEqual(told(40, '128GiB', '1TiB'), [['memory-full', 'warning']]);
  assert.deepEqual(told(40, '120GiB', '1TiB'), [['memory-full', 'error']]);
});

test('CPUs: more than three to one is a warning, more than four an error', () => {
  assert.deepEqual(told(13, '256GiB', '1TiB'), [['cpus-full', 'warning']]);
  assert.deepEqual(told(9, '256GiB', '1TiB'), [['cpus-full', 'error']]);
});

test('disks: more promised than there is is a warning, more than will be filled an error', () => {
  assert.deepEqual(told(40, '256GiB', '500GiB'), [['disk-full', 'warning']]);
  assert.deepEqual(told(40, '256GiB', '200GiB'), [['disk-full', 'error']]);
});
