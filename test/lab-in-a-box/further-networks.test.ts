// Machines with NICs in two networks: each server has a cable more, and a bridge on it for the second.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import type { ApplyReport } from '../../src/machines/apply-lab.ts';
import { localExec } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

const prefix = `lwbox-two-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const SERVERS = ['server1', 'server2'] as const;
let box: Box;

before(async () => {
  if (skip !== undefined) return;
  box = await upBox(prefix, console.log);
  await localExec(['ip', '-n', `${prefix}-server1`, 'link', 'add', 'eno3', 'type', 'veth', 'peer', 'name', 'eno3', 'netns', `${prefix}-server2`]);
  const path = join(box.labFolder, 'lab.yml');
  const lab = parse(readFileSync(path, 'utf8'));
  lab.networks.second = { cidr: '192.168.50.0/24', bridge: 'br50', mtu: 1400 };
  for (const server of SERVERS) lab.servers[server].nics = { second: 'eno3' };
  lab.clusters = { c1: { on: [...SERVERS], masters: 3, profile: 'tiny', networks: ['second'] } };
  writeFileSync(path, JSON.stringify(lab));
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('a second network whose NIC has an address is not taken', { skip }, async () => {
  await box.inMachine('server2')(['ip', 'address', 'add', '192.168.50.99/24', 'dev', 'eno3']);
  const { failures } = await labJson('apply', '--target', 'server2');
  assert.match(JSON.stringify(failures), /eno3 has an address/);
  assert.doesNotMatch((await box.inMachine('server2')(['ip', '-br', 'link'])).stdout, /br50/);
  await box.inMachine('server2')(['ip', 'address', 'del', '192.168.50.99/24', 'dev', 'eno3']);
});

test('every VM has a port in both bridges, and a second apply changes nothing', { skip }, async () => {
  assert.deepEqual((await labJson('apply')).failures, []);
  const ports = new Map<string, number>();
  for (const server of SERVERS) {
    for (const bridge of ['br0', 'br50']) {
      const { stdout } = await box.inMachine(server)(['sh', '-c', `ls /sys/class/net/${bridge}/brif | grep -c vnet; cat /sys/class/net/${bridge}/mtu`]);
      const [vms, mtu] = stdout.trim().split('\n').map(Number);
      ports.set(bridge, (ports.get(bridge) ?? 0) + vms!);
      assert.equal(mtu, bridge === 'br0' ? 1500 : 1400);
    }
  }
  assert.deepEqual(Object.fromEntries(ports), { br0: 3, br50: 3 });
  const { stdout } = await box.inMachine('server1')(['virsh', '-c', 'qemu:///system', 'domiflist', 'c1-master-0']);
  assert.deepEqual([...stdout.matchAll(/52:54:\S+/g)].map(String), ['52:54:00:00:01:04', '52:54:00:01:01:04']);
  assert.deepEqual((await labJson('apply')).changes, []);
  const { orphans } = (await labJson('orphans')) as unknown as { readonly orphans: readonly { readonly kind: string; readonly owner: string }[] };
  assert.deepEqual(
    orphans.filter(({ owner }) => owner === 'ours'),
    [],
    'the network of the second bridge is planned',
  );
});

test('destroy takes the second bridge away too', { skip }, async () => {
  assert.deepEqual((await labJson('destroy', '--yes')).failures, []);
  for (const server of SERVERS) {
    const { stdout } = await box.inMachine(server)(['ip', '-br', 'link']);
    assert.doesNotMatch(stdout, /br0|br50|vnet/);
    assert.match(stdout, /eno3/);
  }
});

async function labJson(command: string, ...flags: string[]): Promise<ApplyReport> {
  const cli = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', command, box.labFolder, '--json', ...flags];
  const { stdout, stderr } = await box.inNetwork('jumphost')(cli, { okExitCodes: [0, 1] });
  assert.match(stdout, /^\{/, stderr);
  return JSON.parse(stdout) as ApplyReport;
}
