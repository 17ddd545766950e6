import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isMap, parseDocument } from 'yaml';
import type { ApplyReport } from '../../src/machines/apply-lab.ts';
import type { LabStatus } from '../../src/machines/lab-status.ts';
import type { CheckReport } from '../../src/machines/preflight/check-lab.ts';
import type { ExecResult } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { BREAKAGES } from './breakages.ts';
import { boxObstacle } from './packages.ts';

/**
 * A farm of three servers and four clusters: an MNO cluster, a single-node hub that takes one of its workers, a spoke on a server of its own, and
 * behind NAT on the third server, which is a lab of one, a single node.
 */
const prefix = `lwfarm-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const NOTHING = (name: string): ApplyReport => ({ lab: name, changes: [], failures: [], unseen: [] });
const MACHINES = { tiny: ['jumphost', 'server1', 'server2'], solo: ['server3'] } as const;
type Lab = keyof typeof MACHINES;
const LABS = ['tiny', 'solo'] as const satisfies readonly Lab[];
let box: Box;

before(async () => {
  if (skip !== undefined) return;
  box = await upBox(prefix, console.log, 3);
  writeFarm();
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

for (const name of LABS) {
  test(`${name}: apply makes it whole, and the status is clean`, { skip }, async () => {
    assert.deepEqual((await labJson<ApplyReport>(name, 'apply')).failures, []);
    const status = await labJson<LabStatus>(name, 'status');
    assert.deepEqual([status.asPlanned, status.changes, status.dnsmasq], [true, [], name === 'tiny' ? 'running' : 'libvirt']);
    assert.ok(status.machines.every(({ state }) => state === 'running'));
  });

  test(`${name}: a second apply changes nothing`, { skip }, async () => {
    assert.deepEqual(await labJson<ApplyReport>(name, 'apply'), NOTHING(name));
  });
}

test('every machine of the flat network has its planned address', { skip }, async () => {
  const { machines } = await labJson<LabStatus>('tiny', 'status');
  assert.deepEqual(
    machines.map(({ name, lease }) => [name, lease]),
    [
      ['mno1-master-0', '192.168.77.20'],
      ['mno1-master-1', '192.168.77.21'],
      ['mno1-master-2', '192.168.77.22'],
      ['mno1-worker-0', '192.168.77.23'],
      ['sno1-master-0', '192.168.77.36'],
    ],
  );
});

test('every name resolves, forwards and backwards, and no more than that', { skip }, async () => {
  await resolves('jumphost', '192.168.77.1', {
    'master-0.mno1.tiny.lab': '192.168.77.20',
    'master-1.mno1.tiny.lab': '192.168.77.21',
    'master-2.mno1.tiny.lab': '192.168.77.22',
    'worker-0.mno1.tiny.lab': '192.168.77.23',
    'api.mno1.tiny.lab': '192.168.77.18',
    'api-int.mno1.tiny.lab': '192.168.77.18',
    'console.apps.mno1.tiny.lab': '192.168.77.19',
    'master-0.sno1.tiny.lab': '192.168.77.36',
    'api.sno1.tiny.lab': '192.168.77.36',
    'any.thing.apps.sno1.tiny.lab': '192.168.77.36',
  });
  await resolves('server3', '192.168.126.1', {
    'master-0.nat1.solo.lab': '192.168.126.20',
    'api.nat1.solo.lab': '192.168.126.20',
    'api-int.nat1.solo.lab': '192.168.126.20',
    'console.apps.nat1.solo.lab': '192.168.126.20',
  });
  assert.equal((await dig('jumphost', '192.168.77.1', '+short', '-x', '192.168.77.23')).trim(), 'worker-0.mno1.tiny.lab.');
  assert.equal((await dig('jumphost', '192.168.77.1', '+short', '-x', '192.168.77.36')).trim(), 'master-0.sno1.tiny.lab.');
  assert.match(await dig('jumphost', '192.168.77.1', 'validateNoWildcardDNS.mno1.tiny.lab'), /status: NXDOMAIN/);
  assert.match(await dig('server3', '192.168.126.1', 'validateNoWildcardDNS.nat1.solo.lab'), /status: NXDOMAIN/);
});

test('clusters reach each other over servers, and from behind NAT the farm outside', { skip }, async () => {
  const spoke = await onNode('jumphost', '192.168.77.36', 'ping -c 1 -W 5 192.168.77.23; nslookup api.mno1.tiny.lab; hostname');
  assert.match(spoke, /1 packets received[^]*192\.168\.77\.18[^]*^master-0$/m);
  const behind = await onNode('server3', '192.168.126.20', 'ping -c 1 -W 5 192.168.77.1; nslookup api.nat1.solo.lab; hostname');
  assert.match(behind, /1 packets received[^]*192\.168\.126\.20[^]*^master-0$/m);
});

test('the hub takes the worker, with its names, and gives it back', { skip }, async () => {
  const held = await lab('claim', 'hub1', '--lab', folderOf('tiny'));
  assert.equal(held.exitCode, 1);
  assert.match(held.stderr, /mno1-worker-0 is held by mno1/);
  for (const [command, cluster] of [
    ['release', 'mno1'],
    ['claim', 'hub1'],
  ] as const)
    assert.equal((await lab(command, cluster, '--lab', folderOf('tiny'))).exitCode, 0);
  await resolves('jumphost', '192.168.77.1', {
    'master-0.hub1.tiny.lab': '192.168.77.23',
    'api.hub1.tiny.lab': '192.168.77.23',
    'multicloud.apps.hub1.tiny.lab': '192.168.77.23',
  });
  assert.equal((await dig('jumphost', '192.168.77.1', '+short', '-x', '192.168.77.23')).trim(), 'master-0.hub1.tiny.lab.');
  assert.deepEqual(await labJson<ApplyReport>('tiny', 'apply'), NOTHING('tiny'));
  for (const [command, cluster] of [
    ['release', 'hub1'],
    ['claim', 'mno1'],
  ] as const)
    assert.equal((await lab(command, cluster, '--lab', folderOf('tiny'))).exitCode, 0);
  assert.equal((await dig('jumphost', '192.168.77.1', '+short', '-x', '192.168.77.23')).trim(), 'worker-0.mno1.tiny.lab.');
});

test('a sound farm has no finding', { skip }, async () => {
  for (const name of LABS) assert.deepEqual(await check(name), { lab: name, ok: true, findings: [], unchecked: [] });
});

/** Breakages that do not hide each other; each group is made whole, found in one look, and mended. */
const GROUPS: readonly (readonly string[])[] = [
  ['NET-LEASE-STALE', 'NET-IP-DUP-LIVE', 'BMC-PORT', 'NET-MAC-DUP', 'VM-STATE', 'DISK-FULL', 'TIME-SKEW', 'DNS-RECORD'],
  ['BR-STP', 'MEM-OUT', 'DNS-WILDCARD', 'NET-DHCP-ROGUE'],
  ['BR-FILTER', 'SSH-REACH'],
];

for (const ids of GROUPS) {
  test(`broken at once, each is found by its id: ${ids.join(', ')}`, { skip }, async () => {
    const broken = ids.map((id) => BREAKAGES.find(({ finds }) => finds[0]!.startsWith(`${id} `))!);
    for (const { before: first, on, harm } of broken) {
      if (first) await onMachine(...first);
      await onMachine(on, harm);
    }
    const report = await check('tiny');
    for (const { on, mend, after: last } of broken.toReversed()) {
      await onMachine(on, mend);
      if (last) await onMachine(...last);
    }
    const found = new Set(report.findings.map(({ id, on }) => `${id} on ${on}`));
    for (const { finds, message } of broken) {
      for (const id of finds) assert.ok(found.has(id), `${id} is missing: ${JSON.stringify(report, undefined, 1)}`);
      assert.ok(
        report.findings.some((one) => message.test(one.message)),
        `${message}: ${JSON.stringify(report.findings)}`,
      );
    }
  });
}

test('mended, the farm has no finding again', { skip }, async () => {
  assert.deepEqual((await labJson<ApplyReport>('tiny', 'apply')).failures, []);
  assert.deepEqual((await check('tiny')).findings, []);
});

for (const name of LABS) {
  test(`${name}: destroy leaves nothing`, { skip }, async () => {
    assert.deepEqual((await labJson<ApplyReport>(name, 'destroy', '--yes')).failures, []);
    assert.deepEqual((await labJson<ApplyReport>(name, 'destroy', '--dry-run')).changes, []);
    for (const machine of MACHINES[name]) {
      if (machine !== 'jumphost') {
        const left = await onMachine(
          machine,
          'virsh --quiet --connect qemu:///system list --all --name; virsh --quiet --connect qemu:///system net-list --all --name',
        );
        assert.equal(left.stdout.trim(), '', machine);
      }
      assert.doesNotMatch((await onMachine(machine, 'ps -eo comm=')).stdout, /qemu|dnsmasq/);
      assert.doesNotMatch((await onMachine(machine, 'ip -br link')).stdout, /br0|virbr|vnet/);
      // What a machine wrote is in its layers; this computer's own files are below them.
      const files = await onMachine(machine, `find /run ${join(box.folder, machine, 'layers')} -name '*labwright*'`);
      assert.equal(files.stdout, '', `files on ${machine}`);
    }
  });
}

/** The box's lab with its hub and worker; its third server becomes a lab of its own behind NAT. */
function writeFarm(): void {
  const file = join(folderOf('tiny'), 'lab.yml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  const server = document.getIn(['servers', 'server3']);
  assert.ok(isMap(server));
  const ssh = server.get('ssh');
  document.deleteIn(['servers', 'server3']);
  document.setIn(['clusters', 'mno1', 'workers'], 1);
  document.setIn(['clusters', 'sno1', 'role'], 'spoke');
  document.setIn(['clusters', 'sno1', 'hub'], 'hub1');
  const hub = { role: 'hub', install: 'none', profile: 'tiny', nodes: ['mno1/worker-0'], host_network: true, active: false };
  document.setIn(['clusters', 'hub1'], document.createNode(hub));
  writeFileSync(file, document.toString({ lineWidth: 0 }));
  const solo = {
    lab: 'solo',
    domain: 'solo.lab',
    accel: 'tcg',
    jumphost: { address: '192.168.126.1', nic: 'virbr-solo', ssh },
    networks: { inside: { cidr: '192.168.126.0/24', bridge: 'virbr-solo', mode: 'nat' } },
    servers: { server3: { address: '192.168.126.1', cpus: 4, memory: '2GiB', disk: '20GiB', ssh } },
    clusters: { nat1: { on: 'server3', install: 'none', profile: 'tiny', masters: 1 } },
    direct_boot: document.get('direct_boot'),
  };
  mkdirSync(folderOf('solo'));
  writeFileSync(join(folderOf('solo'), 'lab.yml'), JSON.stringify(solo));
}

function folderOf(name: Lab): string {
  return name === 'tiny' ? box.labFolder : join(box.folder, name);
}

async function resolves(machine: string, server: string, names: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, address] of Object.entries(names)) {
    assert.equal((await dig(machine, server, '+short', name)).trim(), address, name);
    assert.match(await dig(machine, server, name, 'AAAA'), /status: NOERROR.*\n.*ANSWER: 0,/, `AAAA of ${name}`);
  }
}

async function dig(machine: string, server: string, ...query: readonly string[]): Promise<string> {
  return (await box.inNetwork(machine)(['dig', `@${server}`, '+tries=2', ...query])).stdout;
}

/** The tiny nodes run what is sent to port 1023, once they are up. */
async function onNode(machine: string, address: string, commands: string): Promise<string> {
  const script = `for turn in $(seq 60); do
  answer=$(printf '%s; exit\\n' "$2" | timeout 30 busybox nc -w 10 "$1" 1023) && [ -n "$answer" ] && break
  sleep 1
done; printf '%s\\n' "$answer"`;
  return (await box.inNetwork(machine)(['sh', '-c', script, 'sh', address, commands])).stdout;
}

function onMachine(machine: string, script: string): Promise<ExecResult> {
  return box.inMachine(machine)(['sh', '-c', script]);
}

async function check(name: Lab): Promise<CheckReport> {
  return labJson<CheckReport>(name, 'check');
}

async function labJson<T>(name: Lab, command: string, ...args: readonly string[]): Promise<T> {
  const { stdout, stderr } = await lab(command, folderOf(name), ...args, '--json');
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as T;
}

/** Runs `labwright lab …` on the jumphost's network. */
function lab(...args: readonly string[]): Promise<ExecResult> {
  const command = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', ...args];
  return box.inNetwork('jumphost')(command, { okExitCodes: [0, 1, 2], env: { TMPDIR: box.folder } });
}
