import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CHECKS, type CheckReport } from '../../src/machines/preflight/check-lab.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { BREAKAGES } from './breakages.ts';
import { boxObstacle } from './packages.ts';

/** One lab is brought up once, and broken in turn: every breakage is found by its id, and nothing else of that id is left after it. */
const prefix = `lwchk-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
let box: Box;

before(async () => {
  if (skip === undefined) box = await upBox(prefix, console.log);
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('before it is applied, a lab lacks its bridges, its dnsmasq and everything else', { skip }, async () => {
  const ids = idsOf(await check());
  for (const id of ['BR-MISSING on server1', 'BR-MISSING on server2', 'NET-DHCP-DEAD on jumphost', 'CONFIG-DRIFT on server1']) assert.ok(ids.has(id), id);
});

test('a lab that was just applied has no finding', { skip }, async () => {
  await lab('apply');
  assert.deepEqual(await check(), { lab: 'tiny', ok: true, findings: [], unchecked: [] });
  const left = await box.inMachine('server1')(['sh', '-c', 'ip netns list; ip -o link show | grep lwp || true']);
  assert.equal(left.stdout, '', 'the probe leaves nothing on the bridge');
});

for (const { finds, on, harm, mend, message, before, after } of BREAKAGES) {
  test(`${finds.join(' and ')} is found by its id`, { skip }, async () => {
    if (before) await onMachine(...before);
    await onMachine(on, harm);
    const report = await check();
    await onMachine(on, mend);
    if (after) await onMachine(...after);
    const ids = idsOf(report);
    for (const id of finds) assert.ok(ids.has(id), `${id} is missing: ${JSON.stringify(report, undefined, 1)}`);
    assert.ok(
      report.findings.some((one) => message.test(one.message)),
      JSON.stringify(report.findings),
    );
  });
}

test('what the lab file says wrong of the hosts is found', { skip }, async () => {
  await lab('apply');
  const jumphost = await withLabFile((text) => text.replace('nic: eno2', 'nic: eno9'));
  assert.ok(idsOf(jumphost).has('JUMPHOST-NIC on jumphost'));
  assert.deepEqual(
    jumphost.unchecked.map(({ on }) => on),
    ['jumphost'],
  );
  assert.ok(idsOf(await withLabFile((text) => text.replace(/(server1:[^]*?)nic: eno2/, '$1nic: eno9'))).has('NIC-DOWN on server1'));
  const uplink = idsOf(await withLabFile((text) => text.replace('nic: eno2', 'nic: eno2, uplink: eno1')));
  assert.ok(uplink.has('NET-ROUTE on jumphost') && uplink.has('DNS-UPSTREAM on jumphost'));
  assert.ok(idsOf(await withLabFile((text) => text.replace(/^ {2}sno1:.*$/m, ''))).has('VM-LEFTOVER on server2'));
  await onMachine('jumphost', 'printf secret >/run/metal1');
  const nobody = 'bmc: {address: redfish-virtualmedia://192.168.77.250/redfish/v1/Systems/1, password_file: /run/metal1}';
  const host = `hosts: {metal1: {${nobody}, nics: {eno1: {mac: 3c:ec:ef:00:00:11}}, cpus: 64, memory: 256GiB, disks: [{size: 480GiB}]}}\n`;
  const bmc = await withLabFile((text) => host + text);
  assert.ok(
    bmc.findings.some(({ id, on, evidence }) => id === 'BMC-REACH' && on === 'metal1' && /connect/i.test(evidence)),
    JSON.stringify(bmc.findings),
  );
});

test('a service of the jumphost that VMs cannot use is found, and a certificate that ends soon', { skip }, async () => {
  const services = (text: string): string => text.replace('nic: eno2', 'nic: eno2, services: {http_store: {}, registry: {}}');
  const closed = idsOf(await withLabFile(services));
  for (const server of ['server1', 'server2']) for (const id of ['HTTP-STORE', 'REG-ACCESS']) assert.ok(closed.has(`${id} on ${server}`), [...closed].join());
  await onMachine(
    'jumphost',
    `openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=registry.tiny.lab -keyout /run/reg.key -out /run/reg.crt 2>/dev/null
openssl s_server -accept 5000 -key /run/reg.key -cert /run/reg.crt -quiet </dev/zero >/dev/null 2>&1 & echo $! >/run/reg.pid
python3 -m http.server 8080 --directory /run/sshd >/dev/null 2>&1 & echo $! >/run/store.pid; sleep 1`,
  );
  const open = idsOf(await withLabFile(services));
  await onMachine('jumphost', 'kill "$(cat /run/reg.pid)" "$(cat /run/store.pid)"');
  assert.deepEqual(
    [...open].filter((id) => /^(HTTP-STORE|REG-ACCESS|CERT-TIME)/.test(id)),
    ['CERT-TIME on jumphost'],
  );
});

test('a disk that writes slowly is found in a lab on KVM', { skip }, async () => {
  const slow = '#!/bin/sh\\nrm -f "$2"\\necho "115000 bytes (115 kB, 112 KiB) copied, 1.25 s, 92 kB/s" >&2\\n';
  await onMachine('server1', `printf '${slow}' >/run/dd; chmod +x /run/dd; mount --bind /run/dd "$(command -v dd)"`);
  const report = await withLabFile((text) => text.replace('accel: tcg', 'accel: kvm'));
  await onMachine('server1', 'umount "$(command -v dd)"');
  assert.deepEqual(
    report.findings.flatMap(({ id, on, evidence }) => (id === 'DISK-SLOW' && on === 'server1' ? [evidence] : [])),
    ['dd oflag=dsync bs=2300: 25.0 ms for each write'],
  );
});

test('an IPv6 address that is planned and somebody else’s is found', { skip }, async () => {
  await onMachine('server2', 'ip address add fd00:77::14/64 dev br0 nodad');
  const dual = (text: string): string =>
    text.replace('address: 192.168.77.1,', '$& address6: "fd00:77::1",').replace('cidr: 192.168.77.0/24,', '$& cidr6: "fd00:77::/64",');
  const report = await withLabFile(dual);
  await onMachine('server2', 'ip address delete fd00:77::14/64 dev br0');
  assert.ok(
    report.findings.some(({ id, message }) => id === 'NET-IP-DUP-LIVE' && message.startsWith('fd00:77::14, master-0 of mno1')),
    JSON.stringify(report.findings),
  );
});

test('mended, the lab has no finding again', { skip }, async () => {
  await lab('apply');
  assert.deepEqual((await check()).findings, []);
});

test('the page of checks has each of them, and says how it is proven', () => {
  const page = readFileSync(join(packageRoot(), 'docs/preflight.md'), 'utf8');
  for (const { id, finds, fix } of CHECKS) for (const part of [`| ${id} |`, finds, fix]) assert.ok(page.includes(part), `${id}: ${part}`);
});

function idsOf(report: CheckReport): ReadonlySet<string> {
  return new Set(report.findings.map(({ id, on }) => `${id} on ${on}`));
}

async function withLabFile(change: (text: string) => string): Promise<CheckReport> {
  const path = join(box.labFolder, 'lab.yml');
  const text = readFileSync(path, 'utf8');
  assert.notEqual(change(text), text);
  writeFileSync(path, change(text));
  try {
    return await check();
  } finally {
    writeFileSync(path, text);
  }
}

async function onMachine(machine: string, script: string): Promise<void> {
  await box.inMachine(machine)(['sh', '-c', script]);
}

async function check(): Promise<CheckReport> {
  return JSON.parse(await lab('check', [0, 1])) as CheckReport;
}

async function lab(command: string, okExitCodes: readonly number[] = [0]): Promise<string> {
  const bin = join(packageRoot(), 'bin/labwright.js');
  return (await box.inNetwork('jumphost')([process.execPath, bin, 'lab', command, box.labFolder, '--json'], { okExitCodes })).stdout;
}
