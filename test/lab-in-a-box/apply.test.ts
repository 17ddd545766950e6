import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ApplyReport } from '../../src/machines/apply-lab.ts';
import type { LabStatus } from '../../src/machines/lab-status.ts';
import type { ExecResult } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { boxFolder, boxProcesses, downBox, isRunning, MACHINES, namespaces, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

/** Another checkout on this computer has another box. */
const prefix = `lwbox-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const DNS = '192.168.77.1';
const FOREIGN = '<domain type="qemu"><name>not-ours</name><memory unit="MiB">64</memory><os><type>hvm</type></os></domain>';
let box: Box;

before(async () => {
  if (skip !== undefined) return;
  await upBox(prefix, console.log);
  const left = await boxProcesses(prefix);
  assert.ok(left.length > 0);
  // As after a run that was killed: the next one finds it up.
  box = await upBox(prefix, console.log);
  for (const pid of left) assert.ok(!isRunning(pid), `process ${pid} of the earlier box is gone`);
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('a dry run says what it would do, and does nothing', { skip }, async () => {
  const report = await labJson<ApplyReport>('apply', '--dry-run');
  assert.deepEqual(report.failures, []);
  assert.ok(report.changes.every((change) => change.status === 'planned'));
  assert.deepEqual(
    report.changes.filter(({ on }) => on === 'server2').map(({ kind }) => kind),
    ['bridge', 'network', 'folder', 'volume', 'machine', 'time', 'power'],
  );
  const status = await labJson<LabStatus>('status');
  assert.equal(status.asPlanned, false);
  assert.ok(status.machines.every(({ state }) => state === 'missing'));
});

test('a target makes that cluster only', { skip }, async () => {
  const report = await labJson<ApplyReport>('apply', '--target', 'sno1');
  assert.deepEqual(report.failures, []);
  assert.deepEqual(
    (await labJson<LabStatus>('status')).machines.map(({ name, state }) => [name, state]).filter(([, state]) => state !== 'missing'),
    [['sno1-master-0', 'running']],
  );
});

test('an apply that is killed while it moves the NICs is finished by the next', { skip }, async () => {
  await killedAt(/create bridge/);
  const report = await labJson<ApplyReport>('apply');
  assert.deepEqual(report.failures, []);
  assert.ok(report.changes.every((change) => change.status === 'done'));
});

test('every VM has its planned address by DHCP', { skip }, async () => {
  const status = await labJson<LabStatus>('status');
  assert.deepEqual([status.asPlanned, status.changes, status.dnsmasq], [true, [], 'running']);
  assert.deepEqual(
    status.machines.map(({ name, state, lease }) => [name, state, lease]),
    [
      ['mno1-master-0', 'running', '192.168.77.20'],
      ['mno1-master-1', 'running', '192.168.77.21'],
      ['mno1-master-2', 'running', '192.168.77.22'],
      ['sno1-master-0', 'running', '192.168.77.36'],
    ],
  );
});

test('names resolve both ways, and AAAA is answered without data', { skip }, async () => {
  const names = {
    'master-0.mno1': '192.168.77.20',
    'master-2.mno1': '192.168.77.22',
    'api.mno1': '192.168.77.18',
    'api-int.mno1': '192.168.77.18',
    'console.apps.mno1': '192.168.77.19',
    'master-0.sno1': '192.168.77.36',
    'api.sno1': '192.168.77.36',
    'api-int.sno1': '192.168.77.36',
    'any.thing.apps.sno1': '192.168.77.36',
  };
  for (const [name, address] of Object.entries(names)) {
    assert.equal((await dig('+short', `${name}.tiny.lab`)).trim(), address, name);
    assert.match(await dig(`${name}.tiny.lab`, 'AAAA'), /status: NOERROR.*\n.*ANSWER: 0,/, `AAAA of ${name}`);
  }
  assert.equal((await dig('+short', '-x', '192.168.77.22')).trim(), 'master-2.mno1.tiny.lab.');
  assert.equal((await dig('+short', '-x', '192.168.77.36')).trim(), 'master-0.sno1.tiny.lab.');
  assert.match(await dig('validateNoWildcardDNS.mno1.tiny.lab'), /status: NXDOMAIN/);
});

test('a VM reaches the VMs of the other server and sees the names', { skip }, async () => {
  const answer = await onNode('192.168.77.36', 'ping -c 1 -W 5 192.168.77.21; nslookup master-1.mno1.tiny.lab; hostname');
  assert.match(answer, /1 packets received/);
  assert.match(answer, /Address: 192\.168\.77\.21/);
  assert.match(answer, /^master-0$/m);
});

test('a second apply changes nothing', { skip }, async () => {
  const report = await labJson<ApplyReport>('apply');
  assert.deepEqual(report, { lab: 'tiny', changes: [], failures: [], unseen: [] });
});

test('what was changed by hand is found, and put right for that machine only', { skip }, async () => {
  await virsh('server1', 'detach-interface', 'mno1-master-1', 'network', '--config');
  await box.inMachine('jumphost')(['sh', '-c', 'rm /var/lib/dnsmasq/labwright-tiny/dhcp-hosts.d/sno1']);
  const status = await labJson<LabStatus>('status');
  assert.deepEqual(
    status.changes.map(({ action, kind, name, consequence }) => [action, kind, name, consequence]),
    [
      ['update', 'machine', 'mno1-master-1', 'next-boot'],
      ['create', 'dhcp-host', 'sno1', 'live'],
    ],
  );
  assert.match(status.changes[0]!.detail, /interface 52:54:00:00:01:05 is missing/);

  const targeted = await labJson<ApplyReport>('apply', '--target', 'mno1-master-1');
  assert.deepEqual(
    targeted.changes.map(({ name, status: outcome }) => [name, outcome]),
    [['mno1-master-1', 'done']],
  );
  assert.deepEqual(
    (await labJson<ApplyReport>('apply')).changes.map(({ kind, name, status: outcome }) => [kind, name, outcome]),
    [['dhcp-host', 'sno1', 'done']],
  );
  assert.equal((await labJson<LabStatus>('status')).asPlanned, true);
});

test('a server that cannot be reached is named, and the others are applied', { skip }, async () => {
  const sshd = await box.inMachine('server2')(['cat', '/run/sshd.pid']);
  await box.inMachine('server2')(['kill', sshd.stdout.trim()]);
  await virsh('server1', 'destroy', 'mno1-master-2');
  await virsh('server1', 'undefine', 'mno1-master-2');

  const { exitCode, stdout } = await lab('apply', '--json');
  assert.equal(exitCode, 1);
  const report = JSON.parse(stdout) as ApplyReport;
  assert.equal(report.failures.length, 1);
  assert.deepEqual([report.failures[0]!.on, report.failures[0]!.code], ['server2', 'unreachable']);
  assert.match(report.failures[0]!.message, /server2 \(root@192\.168\.77\.3, port 22\) cannot be reached: .*Connection refused/);
  assert.deepEqual(
    report.changes.map(({ on, kind, name, status }) => [on, kind, name, status]),
    [
      ['server1', 'machine', 'mno1-master-2', 'done'],
      ['server1', 'power', 'mno1-master-2', 'done'],
    ],
  );
  const status = await lab('status');
  assert.equal(status.exitCode, 1);
  assert.match(status.stdout, /^sno1-master-0 .* unknown/m);
  await box.inMachine('server2')(['/usr/sbin/sshd', '-f', '/run/sshd_config']);
  assert.equal((await labJson<LabStatus>('status')).asPlanned, true);
});

test('a machine that is planned elsewhere starts there only when its twin is gone', { skip }, async () => {
  const labFile = join(box.labFolder, 'lab.yml');
  writeFileSync(labFile, readFileSync(labFile, 'utf8').replace('{ on: server2,', '{ on: server1,'));
  const first = await labJson<ApplyReport>('apply');
  assert.deepEqual([first.failures, first.unseen], [[], []]);
  assert.deepEqual(
    first.changes.filter(({ name }) => name === 'sno1-master-0').map(({ action, kind, on, status }) => [action, kind, on, status]),
    [
      ['delete', 'machine', 'server2', 'skipped'],
      ['create', 'machine', 'server1', 'done'],
      ['update', 'power', 'server1', 'skipped'],
    ],
  );
  assert.deepEqual((await labJson<ApplyReport>('apply', '--prune')).failures, []);
  const status = await labJson<LabStatus>('status');
  assert.equal(status.asPlanned, true);
  assert.equal((await virsh('server2', 'list', '--all', '--name')).stdout.trim(), '');
});

test('destroy leaves nothing of the lab and all of the rest, and a new apply works', { skip }, async () => {
  await box.inMachine('server1')(['sh', '-c', 'cat | virsh --connect qemu:///system define /dev/stdin'], { stdin: FOREIGN });
  const refused = await lab('destroy');
  assert.equal(refused.exitCode, 2);
  assert.match(refused.stderr, /hint: pass --yes/);
  await destroyedWhole();
  assert.deepEqual((await labJson<ApplyReport>('apply')).failures, []);
  await destroyedWhole();
});

test('the box itself leaves nothing', { skip }, async () => {
  const processes = await boxProcesses(prefix);
  await downBox(prefix);
  assert.deepEqual(await namespaces(prefix), []);
  assert.ok(!existsSync(boxFolder(prefix)));
  for (const pid of processes) assert.ok(!isRunning(pid), `process ${pid} is gone`);
  assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), new RegExp(prefix));
});

async function destroyedWhole(): Promise<void> {
  assert.deepEqual((await labJson<ApplyReport>('destroy', '--yes')).failures, []);
  assert.deepEqual((await labJson<ApplyReport>('destroy', '--dry-run')).changes, []);
  for (const server of ['server1', 'server2']) {
    const foreign = server === 'server1' ? 'not-ours' : '';
    assert.equal((await virsh(server, 'list', '--all', '--name')).stdout.trim(), foreign);
    assert.equal((await virsh(server, 'net-list', '--all', '--name')).stdout.trim(), '');
    const links = (await box.inMachine(server)(['ip', '-br', 'address'])).stdout;
    assert.doesNotMatch(links, /br0|vnet/);
    assert.match(links, /^eno2\S* +UP +192\.168\.77\.[23]\/24/m);
    assert.match((await box.inMachine(server)(['ip', 'route'])).stdout, /^default via 192\.168\.77\.1 dev eno2/m);
  }
  for (const machine of MACHINES) {
    const running = (await box.inMachine(machine)(['ps', '-eo', 'comm='])).stdout;
    assert.doesNotMatch(running, /qemu|dnsmasq/);
    // What a machine wrote is in its layers; this computer's own files are below them.
    const files = (await box.inMachine(machine)(['find', '/run', join(box.folder, machine, 'layers'), '-name', '*labwright*'])).stdout;
    assert.equal(files, '', `files on ${machine}`);
  }
}

/** Runs the command line on the jumphost's network. */
function lab(...args: readonly string[]): Promise<ExecResult> {
  const command = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', args[0]!, box.labFolder, ...args.slice(1)];
  return box.inNetwork('jumphost')(command, { okExitCodes: [0, 1, 2], env: { TMPDIR: box.folder } });
}

async function labJson<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse((await lab(...args, '--json')).stdout) as T;
}

/** Starts an apply and kills it, hard, when it says that it begins something. */
async function killedAt(line: RegExp): Promise<void> {
  const command = ['netns', 'exec', `${prefix}-jumphost`, process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', 'apply', box.labFolder];
  const child = spawn('ip', command, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: box.folder } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (line.test(said)) child.kill('SIGKILL');
  });
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) => child.on('exit', (...how) => resolve(how)));
  assert.equal(signal, 'SIGKILL', `it was killed, after saying: ${said}`);
}

async function dig(...query: readonly string[]): Promise<string> {
  return (await box.inNetwork('jumphost')(['dig', `@${DNS}`, '+tries=2', ...query])).stdout;
}

/** The tiny nodes run what is sent to port 1023. */
async function onNode(address: string, commands: string): Promise<string> {
  return (await box.inNetwork('jumphost')(['timeout', '30', 'busybox', 'nc', address, '1023'], { stdin: `${commands}; exit\n` })).stdout;
}

function virsh(server: string, ...args: readonly string[]): Promise<ExecResult> {
  return box.inMachine(server)(['virsh', '--quiet', '--connect', 'qemu:///system', ...args]);
}
