import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import { prepareHost, type PrepareReport } from '../../src/machines/prepare/prepare-lab.ts';
import { localExec, run, type Exec } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

const prefix = `lwprep-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const silent = { stage: () => undefined, line: () => undefined, ended: () => undefined };
let box: Box;

before(async () => {
  if (skip === undefined) box = await upBox(prefix, console.log);
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('what servers lack is told, made, and then not lacking', { skip }, async () => {
  const lacking = ['server1 SYSCTL', 'server1 POOL', 'server1 br0', 'server2 SYSCTL', 'server2 POOL', 'server2 br0'];
  assert.deepEqual(changesOf(await prepare(1, '--check'), 'planned'), lacking);
  assert.deepEqual(changesOf(await prepare(0), 'done'), lacking);
  assert.deepEqual(await prepare(0), { lab: 'tiny', changes: [], failures: [] });
  assert.deepEqual(await prepare(0, '--check'), { lab: 'tiny', changes: [], failures: [] });
  const pools = await box.inMachine('server1')(['virsh', '--connect', 'qemu:///system', 'pool-info', 'default']);
  assert.match(pools.stdout, /State:\s+running[^]*Autostart:\s+yes/);
  const links = await box.inMachine('server1')(['ip', '-brief', 'address', 'show', 'dev', 'br0']);
  assert.match(links.stdout, /192\.168\.77\.2\/24/);
});

test('a jumphost that gets an uplink forwards packets, and keeps doing so after a restart', { skip }, async () => {
  await box.inMachine('jumphost')(['sysctl', '-q', '-w', 'net.ipv4.ip_forward=0']);
  const path = join(box.labFolder, 'lab.yml');
  const withUplink = readFileSync(path, 'utf8').replace('nic: eno2', 'nic: eno2, uplink: eno1');
  const { plan } = planLab(path, withUplink, EMPTY_LOCK);
  const exec = box.inMachine('jumphost');
  const target = { plan: plan!, host: 'jumphost', role: 'jumphost' } as const;
  const options = { targets: [], skip: ['TIME'], check: false, signal: new AbortController().signal };
  const made = await prepareHost({ name: 'jumphost', exec, freshExec: exec }, target, options, silent);
  assert.deepEqual(
    made.map(({ name, status, consequence }) => `${name} ${status} ${consequence}`),
    ['SYSCTL done live'],
  );
  assert.equal((await exec(['cat', '/proc/sys/net/ipv4/ip_forward'])).stdout, '1\n');
  assert.match((await exec(['cat', '/etc/sysctl.d/90-labwright-tiny.conf'])).stdout, /^net\.ipv4\.ip_forward = 1$/m);
});

test('the provisionhost of an IPI cluster is made from its cloud image, with a seed for cloud-init', { skip }, async () => {
  const image = join(box.folder, 'cloud.qcow2');
  writeFileSync(join(box.folder, 'cloud.raw'), Buffer.concat([Buffer.from('this is the given image'), Buffer.alloc(8 * 1024 * 1024 - 23)]));
  await localExec(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', join(box.folder, 'cloud.raw'), image]);
  const path = join(box.labFolder, 'lab.yml');
  const ipi = `  ipi1: {on: server2, install: ipi, masters: 3, workers: 0, provisionhost: {image: ${image}, user: builder}}\n`;
  const large = readFileSync(path, 'utf8').replaceAll('memory: 2GiB, disk: 20GiB', 'memory: 512GiB, disk: 4TiB').replaceAll('cpus: 4', 'cpus: 128');
  writeFileSync(
    path,
    large.replace(/^ {2}sno1:.*\n/m, (line) => line + ipi),
  );
  const { stdout } = await box.inNetwork('jumphost')(
    [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', 'apply', box.labFolder, '--target', 'ipi1-provisionhost', '--json'],
    { okExitCodes: [0, 1] },
  );
  assert.deepEqual((JSON.parse(stdout) as { failures: unknown[] }).failures, []);
  const server = box.inMachine('server2');
  const images = '/var/lib/libvirt/images/labwright-tiny';
  const xml = (await server(['virsh', '--connect', 'qemu:///system', 'dumpxml', 'ipi1-provisionhost'])).stdout;
  assert.match(xml, /<os firmware='efi'>/);
  assert.match(xml, /<source file='[^']*\/ipi1-provisionhost-seed\.iso'\/>/);
  const info = JSON.parse((await server(['qemu-img', 'info', '--output=json', `${images}/ipi1-provisionhost.qcow2`])).stdout) as Record<string, unknown>;
  assert.equal(info['virtual-size'], 120 * 1024 ** 3);
  assert.equal(info['backing-filename'], undefined, 'the image may go');
  const start = await server([
    'sh',
    '-c',
    `qemu-img dd -f qcow2 -O raw bs=1M count=1 if=${images}/ipi1-provisionhost.qcow2 of=/run/start && head -c 23 /run/start`,
  ]);
  assert.equal(start.stdout, 'this is the given image');
  const seed = `${images}/ipi1-provisionhost-seed.iso`;
  assert.match((await server(['xorriso', '-indev', seed, '-pvd_info'])).stdout, /Volume Id\s*:\s*'?cidata/);
  await server(['xorriso', '-osirrox', 'on', '-indev', seed, '-extract', '/', '/run/seed']);
  const read = async (file: string): Promise<string> => (await server(['cat', `/run/seed/${file}`])).stdout;
  const user = parse(await read('user-data')) as { fqdn: string; users: { name: string; ssh_authorized_keys: string[] }[] };
  assert.equal(user.fqdn, 'provisionhost.ipi1.tiny.lab');
  assert.equal(user.users[0]?.name, 'builder');
  assert.deepEqual(user.users[0]?.ssh_authorized_keys, [readFileSync(join(box.folder, 'keys/user.pub'), 'utf8').trim()]);
  assert.match(await read('user-data'), /^#cloud-config\n/);
  assert.match(await read('network-config'), /macaddress: 52:54:00:/);
  assert.match(await read('meta-data'), /^local-hostname: provisionhost$/m);
});

test('on Debian it installs what is missing, and nothing the second time', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lwprep-'));
  await localExec(['mount', '-t', 'tmpfs', 'tmpfs', folder]);
  t.after(async () => {
    await localExec(['umount', folder]);
    rmSync(folder, { recursive: true });
  });
  const exec = copyOfThisMachine(folder);
  await exec(['dpkg', '--purge', '--force-depends', 'ovmf', 'xorriso', 'libvirt-clients']);
  const path = join(box.labFolder, 'lab.yml');
  const plan = planLab(path, readFileSync(path, 'utf8'), EMPTY_LOCK).plan!;
  const target = { plan, host: 'server1', role: 'hypervisor' } as const;
  // Neither systemd nor libvirtd runs in the copy.
  const options = { targets: [], skip: ['LIBVIRT', 'POOL', 'TIME', 'BRIDGE', 'SYSCTL'], check: false, signal: new AbortController().signal };
  const prepareCopy = () => prepareHost({ name: 'server1', exec, freshExec: exec }, target, options, silent);
  const first = await prepareCopy();
  assert.deepEqual(
    first.map(({ name, status, detail }) => `${name} ${status}: ${detail}`),
    ['PACKAGES done: virsh, UEFI firmware, xorriso'],
  );
  assert.match((await exec(['dpkg-query', '-W', 'ovmf', 'xorriso', 'libvirt-clients'])).stdout, /^libvirt-clients\t\S+\novmf\t\S+\nxorriso\t\S+$/m);
  assert.deepEqual(await prepareCopy(), []);
});

/** This machine, in which what is installed is gone again with `folder`: its files under a layer of their own. */
function copyOfThisMachine(folder: string): Exec {
  for (const layer of ['upper', 'work', 'root']) mkdirSync(join(folder, layer));
  const enter = `cd "$1"; shift
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
mount -t proc proc root/proc; mount --rbind /dev root/dev; mount -t tmpfs tmpfs root/run
printf '#!/bin/sh\\nexit 101\\n' >root/usr/sbin/policy-rc.d; chmod 755 root/usr/sbin/policy-rc.d
exec chroot root "$@"`;
  const isolate = ['unshare', '--mount', '--pid', '--fork', '--propagation', 'private', 'sh', '-euc', enter, 'sh', folder];
  return (command, options) => run('server1', command, [...isolate, ...command], options ?? {});
}

function changesOf(report: PrepareReport, status: string): string[] {
  const order = ['jumphost', 'server1', 'server2'];
  return report.changes
    .filter((one) => one.status === status)
    .toSorted((a, b) => order.indexOf(a.on) - order.indexOf(b.on))
    .map(({ on, name }) => `${on} ${name}`);
}

async function prepare(exitCode: number, ...options: readonly string[]): Promise<PrepareReport> {
  const command = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', 'prepare', box.labFolder, '--json', '--skip', 'TIME', ...options];
  const { stdout } = await box.inNetwork('jumphost')(command, { okExitCodes: [exitCode] });
  return JSON.parse(stdout) as PrepareReport;
}
