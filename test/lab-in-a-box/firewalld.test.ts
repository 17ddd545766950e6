// The jumphost's rules as firewalld's: a real one, with a D-Bus of its own, on the jumphost of a box.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ApplyReport } from '../../src/machines/apply-lab.ts';
import type { LabDrift } from '../../src/machines/lab-drift.ts';
import type { LabStatus } from '../../src/machines/lab-status.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

const prefix = `lwbox-fwd-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const START = `mkdir -p /run/dbus; dbus-daemon --system --fork
setsid firewalld --nofork --nopid >/run/firewalld.log 2>&1 </dev/null &
until firewall-cmd --state; do sleep 0.2; done`;
let box: Box;

before(async () => {
  if (skip !== undefined) return;
  box = await upBox(prefix, console.log);
  await onJumphost('ip link add eno1 type veth peer name outside; ip link set eno1 up; ip address add 192.0.2.1/24 dev eno1');
  changeLab((text) => text.replace('nic: eno2', 'nic: eno2, uplink: eno1, services: { firewall: nftables }'));
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('firewalld that does not run is told, and a table of nftables is not put beside one that does', { skip }, async () => {
  assert.deepEqual((await labJson<ApplyReport>('apply')).failures, []);
  changeLab((text) => text.replace('firewall: nftables', 'firewall: firewalld'));
  assert.match(JSON.stringify((await labJson<ApplyReport>('apply')).failures), /firewalld does not run on jumphost/);
  changeLab((text) => text.replace('firewall: firewalld', 'firewall: nftables'));
  await onJumphost(START);
  assert.match(JSON.stringify((await labJson<ApplyReport>('apply')).failures), /firewalld runs on jumphost/);
  changeLab((text) => text.replace('firewall: nftables', 'firewall: firewalld'));
});

test('a NIC that somebody bound to a zone stays there', { skip }, async () => {
  await onJumphost('firewall-cmd --permanent --zone=internal --add-interface=eno1; firewall-cmd --reload');
  assert.match(
    JSON.stringify((await labJson<ApplyReport>('apply')).failures),
    /eno1 is bound to zone internal: firewall-cmd --permanent --zone=internal --remove-interface=eno1/,
  );
  assert.doesNotMatch(await onJumphost('ls /etc/firewalld/zones; firewall-cmd --get-zones'), /lw-tiny/);
  await onJumphost('firewall-cmd --permanent --zone=internal --remove-interface=eno1; firewall-cmd --reload');
});

test('the lab’s zones are in force, take the place of the table, and a second apply changes nothing', { skip }, async () => {
  assert.deepEqual((await labJson<ApplyReport>('apply')).failures, []);
  assert.equal(await onJumphost('firewall-cmd --get-active-zones'), 'lw-tiny\n  interfaces: eno2\nlw-tiny-out\n  interfaces: eno1\n');
  assert.doesNotMatch(await onJumphost('nft list tables'), /labwright_tiny/);
  assert.deepEqual((await labJson<ApplyReport>('apply')).changes, []);
  assert.ok((await labJson<LabStatus>('status')).asPlanned);
  // Closed and let through answers at once; dropped never.
  const tried = async (port: number): Promise<string> =>
    (await box.inMachine('server1')(['curl', '-sS', '--max-time', '2', `http://192.168.77.1:${port}/`], { okExitCodes: [7, 28] })).stderr;
  assert.doesNotMatch(await tried(8443), /timed? ?out/i);
  assert.match(await tried(9999), /timed? ?out/i);
});

test('what was changed by firewall-cmd is told, lasting or not, and mended', { skip }, async () => {
  await onJumphost('firewall-cmd --zone=lw-tiny --add-port=9999/tcp');
  const byHand = async (): Promise<unknown> => (await labJson<LabDrift>('drift')).drift.map(({ on, kind, found }) => [on, kind, found]);
  assert.deepEqual(await byHand(), [['jumphost', 'firewall', 'changed']]);
  assert.deepEqual((await labJson<ApplyReport>('apply')).failures, []);
  assert.deepEqual(await byHand(), []);
  await onJumphost('firewall-cmd --permanent --zone=lw-tiny --add-port=9999/tcp');
  assert.deepEqual(await byHand(), [['jumphost', 'firewall', 'changed']]);
  assert.deepEqual((await labJson<ApplyReport>('apply')).failures, []);
  assert.doesNotMatch(await onJumphost('firewall-cmd --zone=lw-tiny --list-ports; firewall-cmd --permanent --zone=lw-tiny --list-ports'), /9999/);
});

test('zones that cut off whoever applies them are undone by the jumphost itself', { skip, timeout: 180_000 }, async () => {
  await labJson<ApplyReport>('destroy', '--yes');
  assert.doesNotMatch(
    await onJumphost('firewall-cmd --get-zones; firewall-cmd --permanent --get-zones; ls /var/lib/labwright 2>/dev/null || true'),
    /lw-tiny|labs/,
  );
  // Port 2222 is none that a zone of the lab opens.
  await onJumphost(
    '/usr/sbin/sshd -f /run/sshd_config -o Port=2222 -o PidFile=/run/sshd2.pid; firewall-cmd --permanent --add-port=2222/tcp; firewall-cmd --reload',
  );
  const own = changeLab((text) => text.replace(/(jumphost:[^]*?ssh: \{ ?|jumphost:[^]*?ssh:\s+)host: 192\.168\.77\.1/, '$1port: 2222, host: 192.168.77.1'));
  const { failures } = await labJson<ApplyReport>('apply');
  writeFileSync(join(box.labFolder, 'lab.yml'), own);
  assert.match(JSON.stringify(failures), /jumphost stopped answering after the change of its network and went back to the one it had/);
  assert.equal(await onJumphost('firewall-cmd --get-zones | grep -c lw-tiny || true; ls /etc/firewalld/zones | grep -x lw-tiny.xml || true'), '0\n');
});

/** @returns the text before. */
function changeLab(change: (text: string) => string): string {
  const path = join(box.labFolder, 'lab.yml');
  const text = readFileSync(path, 'utf8');
  assert.notEqual(change(text), text);
  writeFileSync(path, change(text));
  return text;
}

async function onJumphost(script: string): Promise<string> {
  return (await box.inMachine('jumphost')(['sh', '-euc', script])).stdout;
}

/** From server1, whose packets pass the jumphost's firewall; its own would not. */
async function labJson<T>(command: string, ...flags: string[]): Promise<T> {
  const cli = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', command, box.labFolder, '--json', ...flags];
  const { stdout, stderr } = await box.inNetwork('server1')(cli, { okExitCodes: [0, 1] });
  assert.match(stdout, /^\{/, stderr);
  return JSON.parse(stdout) as T;
}
