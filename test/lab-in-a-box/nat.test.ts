// A lab of one server that is its own jumphost: libvirt's NAT network gives addresses and names itself.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import type { ApplyReport } from '../../src/machines/apply-lab.ts';
import type { LabStatus } from '../../src/machines/lab-status.ts';
import { realSleep } from '../../src/util/clock.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

const prefix = `lwbox-nat-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
let box: Box;
let folder: string;

before(async () => {
  if (skip !== undefined) return;
  box = await upBox(prefix, console.log);
  const { direct_boot, servers } = parse(readFileSync(join(box.labFolder, 'lab.yml'), 'utf8'));
  folder = join(box.folder, 'nat');
  mkdirSync(folder);
  const { ssh } = servers.server1;
  const lab = {
    lab: 'laptop',
    domain: 'laptop.lab',
    accel: 'tcg',
    jumphost: { address: '192.168.126.1', nic: 'virbr-lab', ssh },
    networks: { inside: { cidr: '192.168.126.0/24', cidr6: 'fd00:126::/64', bridge: 'virbr-lab', mode: 'nat' } },
    servers: { server1: { address: '192.168.126.1', cpus: 8, memory: '16GiB', disk: '64GiB', ssh } },
    clusters: { mno1: { on: 'server1', profile: 'tiny', masters: 3 }, sno1: { on: 'server1', profile: 'tiny', masters: 1 } },
    direct_boot,
  };
  writeFileSync(join(folder, 'lab.yml'), JSON.stringify(lab));
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('apply makes the network without a bridge or a dnsmasq of its own, and a second one changes nothing', { skip }, async () => {
  const report = await labJson<ApplyReport>('apply');
  assert.deepEqual(report.failures, []);
  assert.deepEqual(new Set(report.changes.map(({ kind }) => kind)), new Set(['network', 'folder', 'volume', 'machine', 'power', 'time']));
  assert.deepEqual((await labJson<ApplyReport>('apply')).changes, []);
  const status = await labJson<LabStatus>('status');
  assert.ok(status.asPlanned, JSON.stringify(status.changes));
});

test('libvirt gives each machine its planned address', { skip, timeout: 180_000 }, async () => {
  for (;;) {
    const { stdout } = await box.inMachine('server1')(['virsh', '-c', 'qemu:///system', 'net-dhcp-leases', 'inside']);
    const leases = new Map([...stdout.matchAll(/(52:54:\S+)\s+ipv4\s+([\d.]+)\//g)].map(([, mac, address]) => [mac, address]));
    if (leases.size < 4) {
      await realSleep(500);
      continue;
    }
    assert.deepEqual(new Set(leases.values()), new Set(['192.168.126.20', '192.168.126.21', '192.168.126.22', '192.168.126.36']));
    return;
  }
});

test('libvirt’s DNS has every name, both ways, and the wildcards', { skip }, async () => {
  const dig = async (...query: string[]): Promise<string> => (await box.inMachine('server1')(['dig', '@192.168.126.1', '+short', ...query])).stdout.trim();
  assert.equal(await dig('api.mno1.laptop.lab'), '192.168.126.18');
  assert.equal(await dig('console.apps.mno1.laptop.lab'), '192.168.126.19');
  assert.equal(await dig('master-1.mno1.laptop.lab', 'AAAA'), 'fd00:126::15');
  assert.equal(await dig('api-int.sno1.laptop.lab'), '192.168.126.36');
  assert.equal(await dig('-x', '192.168.126.36'), 'master-0.sno1.laptop.lab.');
  assert.equal(await dig('validatenowildcarddns.mno1.laptop.lab'), '');
});

test('destroy leaves nothing', { skip }, async () => {
  await labJson('destroy', '--yes');
  const virsh = async (...command: string[]): Promise<string> => (await box.inMachine('server1')(['virsh', '-c', 'qemu:///system', ...command])).stdout.trim();
  assert.deepEqual([await virsh('list', '--all', '--name'), await virsh('net-list', '--all', '--name')], ['', '']);
});

async function labJson<T>(command: string, ...flags: string[]): Promise<T> {
  const cli = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', command, folder, '--json', ...flags];
  const { stdout, stderr } = await box.inNetwork('jumphost')(cli, { okExitCodes: [0, 1] });
  assert.match(stdout, /^\{/, stderr);
  return JSON.parse(stdout) as T;
}
