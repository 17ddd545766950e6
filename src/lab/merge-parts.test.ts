import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK } from './lock.ts';
import { planLab } from './plan-lab.ts';

const MAIN = `lab: split
domain: split.lab
jumphost: {address: 10.0.0.1, nic: eno2}
networks:
  flat: {cidr: 10.0.0.0/24, bridge: br0}
`;
const SERVER1 = 'servers:\n  server1: {address: 10.0.0.2, nic: eno2, cpus: 64, memory: 512GiB, disk: 4TiB}\n';
const CLUSTERS = 'clusters:\n  c1: {on: server1, install: abi, masters: 3}\n  c2: {on: server1, install: abi, masters: 1}\n';

const planned = (...parts: readonly (readonly [path: string, text: string])[]) =>
  planLab(
    'lab.yml',
    MAIN,
    EMPTY_LOCK,
    undefined,
    parts.map(([path, text]) => ({ path, text })),
  );
const told = (...parts: readonly (readonly [path: string, text: string])[]) =>
  planned(...parts).diagnostics.map(({ id, message, at }) => [id, `${at?.path}:${at?.line}:${at?.column}`, message]);

test('a lab of several files is the lab of one file, whatever stands where', () => {
  const whole = planLab('lab.yml', `${MAIN}${SERVER1}${CLUSTERS}`, EMPTY_LOCK);
  const split = planned(['lab.d/a.yml', SERVER1], ['lab.d/b.yml', CLUSTERS]);
  assert.deepEqual(split.diagnostics, []);
  assert.deepEqual(split.plan, whole.plan);
  const each = CLUSTERS.split('\n  ')
    .slice(1)
    .map((one, index) => [`lab.d/${index}.yml`, `clusters:\n  ${one}\n`] as const);
  assert.deepEqual(planned(['lab.d/s.yml', SERVER1], ...each, ['lab.d/z.yml', '# nothing yet\n']).plan, whole.plan);
});

test('a mistake is told in its own file', () => {
  assert.deepEqual(told(['lab.d/a.yml', SERVER1], ['lab.d/b.yml', CLUSTERS.replace('masters: 1', 'masters: 2')]), [
    ['bad-topology', 'lab.d/b.yml:3:7', 'c2 has 2 masters, which no installer accepts'],
  ]);
  assert.deepEqual(told(['lab.d/a.yml', SERVER1.replace('nic: eno2', 'nik: eno2')], ['lab.d/b.yml', CLUSTERS])[0]?.slice(0, 2), [
    'unknown-key',
    'lab.d/a.yml:2:32',
  ]);
});

test('a name in two files is an error that tells both places', () => {
  assert.deepEqual(told(['lab.d/a.yml', SERVER1], ['lab.d/b.yml', CLUSTERS], ['lab.d/c.yml', 'clusters:\n\n  c2: {on: server1}\n']), [
    ['declared-twice', 'lab.d/c.yml:3:3', 'c2 of clusters is also in lab.d/b.yml:3:3'],
  ]);
  assert.deepEqual(told(['lab.d/a.yml', `${SERVER1}networks:\n  flat: {cidr: 10.1.0.0/24, bridge: br1}\n`], ['lab.d/b.yml', CLUSTERS]), [
    ['declared-twice', 'lab.d/a.yml:4:3', 'flat of networks is also in lab.yml:5:3'],
  ]);
});

test('what is said once stays in the lab file', () => {
  assert.deepEqual(
    told(['lab.d/a.yml', `${SERVER1}domain: other.lab\n`], ['lab.d/b.yml', CLUSTERS]).map((one) => one.slice(0, 2)),
    [['not-in-part', 'lab.d/a.yml:3:1']],
  );
  assert.deepEqual(told(['lab.d/a.yml', '- server1\n'])[0]?.[0], 'wrong-type');
  assert.deepEqual(told(['lab.d/a.yml', 'servers: [server1]\n'])[0]?.[0], 'wrong-type');
});
