import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { labFolder, labwright } from './labwright.ts';

const LAB = `lab: pretty
domain: our.pretty.lab
jumphost: {address: 192.168.21.1, nic: eno2}
networks: {baremetal: {cidr: 192.168.21.0/24, bridge: br0}}
servers: {server01: {address: 192.168.21.2, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}}
clusters: {abi1: {on: server01, install: abi, masters: 3}}
`;

test('BMC passwords are written for a shell under the names that the inventory looks up, each machine its own, for their owner only', (t) => {
  const { path } = labFolder(t, { 'lab.yml': LAB });
  mkdirSync(join(path, 'data/agent'), { recursive: true });
  writeFileSync(join(path, 'data/agent/lab-secret'), 'secret\n');
  const file = join(path, 'abi1.env');
  const { status, stdout, stderr } = labwright('lab', 'inventory', 'abi1', '--lab', path, '--bmc-passwords', file, '--data', join(path, 'data'));
  assert.equal(status, 0, stderr);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const set = [...readFileSync(file, 'utf8').matchAll(/^export (\w+)='([\w-]{24})'$/gm)];
  assert.deepEqual(
    set.map(([, name]) => name),
    ['LABWRIGHT_BMC_PASSWORD_ABI1_MASTER_0', 'LABWRIGHT_BMC_PASSWORD_ABI1_MASTER_1', 'LABWRIGHT_BMC_PASSWORD_ABI1_MASTER_2'],
  );
  assert.equal(new Set(set.map(([, , password]) => password)).size, 3);
  for (const [, name, password] of set) {
    assert.ok(stdout.includes(`lookup('env', '${name}')`));
    assert.ok(!stdout.includes(password!));
  }
});

test('without the agent’s secret no password is made up', (t) => {
  const { path, files } = labFolder(t, { 'lab.yml': LAB });
  const { status, stderr } = labwright('lab', 'inventory', 'abi1', '--lab', path, '--bmc-passwords', join(path, 'x.env'), '--data', join(path, 'data'));
  assert.equal(status, 2);
  assert.match(stderr, /the lab's secret cannot be read: ENOENT[\s\S]*hint: .*--data DIR/);
  assert.deepEqual(files(), ['lab.yml']);
});
