import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ApplyReport } from '../../src/machines/apply-lab.ts';
import type { LabDrift } from '../../src/machines/lab-drift.ts';
import type { LabStatus } from '../../src/machines/lab-status.ts';
import type { Orphan } from '../../src/machines/orphans/orphan.ts';
import { localExec, type ExecResult } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

/** A lab in daily use: machines change hands, are reset, reached, changed by hand and left behind. */
const prefix = `lwops-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const VIRSH = 'virsh --quiet --connect qemu:///system';
const CONF = '/etc/labwright/tiny/dnsmasq.d';
let box: Box;

interface Orphans {
  readonly orphans: readonly Orphan[];
}

before(async () => {
  if (skip !== undefined) return;
  box = await upBox(prefix, console.log);
  const file = join(box.labFolder, 'lab.yml');
  const hub = '  hub2: {role: hub, install: none, profile: tiny, nodes: [mno1/master-2], host_network: true, active: false}\n';
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^ {2}sno1:/m, `${hub}  sno1:`));
  assert.deepEqual((await labJson<ApplyReport>('apply', box.labFolder)).failures, []);
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('a machine that changes hands changes its DHCP name, PTR, api and apps at once, and nothing else', { skip }, async () => {
  const before = await files();
  await lab('release', 'mno1', '--lab', box.labFolder);
  assert.match(await dig('api.mno1.tiny.lab'), /NXDOMAIN/);
  const claim = await labJson<{ records: ApplyReport['changes'] }>('claim', 'hub2', '--lab', box.labFolder);
  assert.deepEqual(
    claim.records.map(({ action, kind, name, status }) => [action, kind, name, status]),
    [
      ['create', 'dhcp-host', 'hub2', 'done'],
      ['create', 'dns-record', 'hub2', 'done'],
      ['update', 'dnsmasq', 'tiny', 'done'],
    ],
  );
  for (const name of ['master-0.hub2', 'api.hub2', 'api-int.hub2', 'x.apps.hub2']) assert.equal(await dig('+short', `${name}.tiny.lab`), '192.168.77.22\n');
  assert.equal(await dig('+short', '-x', '192.168.77.22'), 'master-0.hub2.tiny.lab.\n');
  const changed = [...(await files())].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
  assert.deepEqual(changed.toSorted(), [`${CONF}/20-cluster-hub2.conf`, '/var/lib/dnsmasq/labwright-tiny/dhcp-hosts.d/hub2']);
  const back = await lab('claim', 'mno1', '--lab', box.labFolder);
  assert.equal(back.exitCode, 1);
  assert.match(back.stderr, /mno1-master-2 is held by hub2/);
  await lab('release', 'hub2', '--lab', box.labFolder);
  await lab('claim', 'mno1', '--lab', box.labFolder);
  assert.deepEqual(await files(), before);
  assert.equal(await dig('+short', '-x', '192.168.77.22'), 'master-2.mno1.tiny.lab.\n');
});

test('a claim whose names cannot follow is taken back, and the former configuration serves on', { skip }, async () => {
  const before = await files();
  // A dnsmasq that will not run with hub2 where it is served, though the candidate passed.
  const real = (await onMachine('jumphost', 'command -v dnsmasq')).stdout.trim();
  await onMachine(
    'jumphost',
    `mkdir -p /run/real; cp ${real} /run/real/dnsmasq
printf '#!/bin/sh\\ncase "$*" in *candidate*) ;; *) ! ls ${CONF} | grep -q hub2 || { echo "port 53 is taken" >&2; exit 2; } ;; esac\\nexec /run/real/dnsmasq "$@"\\n' >/run/dnsmasq.fake
chmod +x /run/dnsmasq.fake; mount --bind /run/dnsmasq.fake ${real}`,
  );
  await lab('release', 'mno1', '--lab', box.labFolder);
  const refused = await lab('claim', 'hub2', '--lab', box.labFolder);
  await onMachine('jumphost', `umount ${real}`);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /port 53 is taken.*the former configuration is in use again/);
  const claims = JSON.parse(readFileSync(join(box.labFolder, 'lab.claims.json'), 'utf8')) as { clusters: Record<string, { claimed: boolean; by: string }> };
  assert.deepEqual([claims.clusters['hub2']!.claimed, claims.clusters['hub2']!.by.endsWith('taken back')], [false, true]);
  assert.equal(await dig('+short', 'api.sno1.tiny.lab'), '192.168.77.36\n');
  await lab('claim', 'mno1', '--lab', box.labFolder);
  assert.deepEqual(await files(), before);
});

test('a configuration that would answer wrongly is refused before anything is touched', { skip }, async () => {
  const before = await files();
  await onMachine('jumphost', `echo 'address=/sno1.tiny.lab/192.168.77.99' >${CONF}/20-cluster-zz.conf`);
  // The stray file is taken away by an apply of everything; one of sno1 alone leaves it, and would be wrong with it.
  await onMachine('jumphost', `sed -i /api-int/d ${CONF}/20-cluster-sno1.conf`);
  const { exitCode, stdout } = await lab('apply', box.labFolder, '--target', 'sno1', '--json');
  assert.equal(exitCode, 1);
  const [failure] = (JSON.parse(stdout) as ApplyReport).failures;
  assert.match(failure!.message, /would answer wrongly: .*sno1\.tiny\.lab/);
  assert.doesNotMatch((await files()).get(`${CONF}/20-cluster-sno1.conf`)!, /api-int/);
  assert.deepEqual((await labJson<ApplyReport>('apply', box.labFolder)).failures, []);
  assert.deepEqual(await files(), before);
});

test('what was changed by hand is told with what was wanted and what was found; a changed plan is no drift', { skip }, async () => {
  assert.deepEqual(await labJson<LabDrift>('drift', box.labFolder), { lab: 'tiny', drift: [], notApplied: 0, failures: [], unseen: [] });
  await onMachine('server1', `${VIRSH} detach-interface mno1-master-1 network --config; ${VIRSH} setmaxmem mno1-master-0 256M --config`);
  await onMachine('server2', `ip link set br0 mtu 1400; ${VIRSH} net-autostart baremetal --disable; ${VIRSH} destroy sno1-master-0`);
  await onMachine('jumphost', `sed -i /api-int/d ${CONF}/20-cluster-sno1.conf`);
  const file = join(box.labFolder, 'lab.yml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace(/^ {2}sno1:.*$/m, (line) => `${line}\n  late: {on: server2, install: none, profile: tiny, masters: 1}`),
  );
  const { drift, notApplied } = await labJson<LabDrift>('drift', box.labFolder);
  writeFileSync(file, text);
  assert.deepEqual(
    drift.map(({ on, kind, name, field, wanted, found }) => [on, `${kind} ${name}`, field, wanted, found]),
    [
      ['server1', 'machine mno1-master-0', 'memory', '128 MiB', '256 MiB'],
      ['server1', 'machine mno1-master-1', 'devices interface 52:54:00:00:01:05', 'there', undefined],
      ['server2', 'bridge br0', 'mtu', '1500', '1400'],
      ['server2', 'network baremetal', 'autostart', 'yes', 'no'],
      ['jumphost', 'dns-record sno1', 'line', 'host-record=api-int.sno1.tiny.lab,192.168.77.36', undefined],
      ['server2', 'power sno1-master-0', 'power', 'running', 'shut off'],
    ],
  );
  assert.ok(notApplied > 0);
  assert.deepEqual((await labJson<ApplyReport>('apply', box.labFolder)).failures, []);
  assert.deepEqual((await labJson<LabDrift>('drift', box.labFolder)).drift, []);
});

test('what is on the hosts and not in the plan is ours, foreign or unknown; only what is ours is deleted', { skip }, async () => {
  assert.deepEqual((await labJson<Orphans>('orphans', box.labFolder)).orphans, []);
  const domain = (name: string, mark: string): string =>
    `<domain type="qemu"><name>${name}</name><metadata>${mark}</metadata><memory unit="MiB">64</memory><os><type>hvm</type></os></domain>`;
  const mark = (lab: string): string => `<lab:machine xmlns:lab="https://labwright.dev/lab/1" lab="${lab}" cluster="c" node="n" spec="s" generation="1"/>`;
  for (const [name, xml] of Object.entries({
    gone: domain('gone', mark('tiny')),
    neighbour: domain('neighbour', mark('other')),
    stranger: domain('stranger', ''),
  }))
    await onMachine('server1', `printf '%s' '${xml}' >/run/${name}.xml; ${VIRSH} define /run/${name}.xml`);
  await onMachine(
    'server1',
    `cd /var/lib/libvirt; mkdir -p images/labwright-other images/labwright-tiny/media qemu/nvram
touch images/labwright-tiny/gone.qcow2.new images/labwright-tiny/media/abc.iso images/labwright-other/x.qcow2 images/mine.qcow2
touch qemu/nvram/mno1-master-1_VARS.fd qemu/nvram/stranger_VARS.fd
ip link add name tap9 type veth peer name tap9p; ip link set tap9 master br0`,
  );
  await onMachine(
    'jumphost',
    `kill "$(cat /run/labwright-tiny-dnsmasq.pid)"; sleep 0.5
echo '9999999999 52:54:00:99:99:99 192.168.77.99 old *' >>/var/lib/dnsmasq/labwright-tiny/dnsmasq.leases
dnsmasq --conf-file=/dev/null --conf-dir=${CONF},'*.conf' --pid-file=/run/labwright-tiny-dnsmasq.pid --log-facility=/var/lib/dnsmasq/labwright-tiny/dnsmasq.log
mkdir -p /etc/labwright/other/dnsmasq.d; 
printf '# Written by labwright, which overwrites changes, for lab other\n' >/etc/labwright/other/dnsmasq.d/00-lab.conf
printf '# Written by labwright, which overwrites changes, for lab tiny\n' >${CONF}/20-cluster-old.conf`,
  );
  const { orphans } = await labJson<Orphans>('orphans', box.labFolder);
  const all = [
    'ours machine gone',
    'ours disk /var/lib/libvirt/images/labwright-tiny/gone.qcow2.new',
    'ours image /var/lib/libvirt/images/labwright-tiny/media/abc.iso',
    'ours nvram /var/lib/libvirt/qemu/nvram/mno1-master-1_VARS.fd',
    `ours dnsmasq-file ${CONF}/20-cluster-old.conf`,
    'ours lease 192.168.77.99 of 52:54:00:99:99:99',
    'foreign machine neighbour',
    'foreign disk /var/lib/libvirt/images/labwright-other/x.qcow2',
    'foreign dnsmasq-file /etc/labwright/other/dnsmasq.d/00-lab.conf',
    'unknown machine stranger',
    'unknown disk /var/lib/libvirt/images/mine.qcow2',
    'unknown nvram /var/lib/libvirt/qemu/nvram/stranger_VARS.fd',
    'unknown bridge-port tap9',
  ];
  assert.deepEqual(orphans.map(({ owner, kind, name }) => `${owner} ${kind} ${name}`).toSorted(), all.toSorted());
  const refused = await lab('orphans', box.labFolder, '--delete');
  assert.match(refused.stderr, /hint: pass --yes/);
  assert.deepEqual((await labJson<ApplyReport>('orphans', box.labFolder, '--delete', '--yes')).failures, []);
  const left = (await labJson<Orphans>('orphans', box.labFolder)).orphans;
  assert.deepEqual(left.map(({ owner, kind, name }) => `${owner} ${kind} ${name}`).toSorted(), all.filter((one) => !one.startsWith('ours')).toSorted());
  assert.equal((await lab('status', box.labFolder)).exitCode, 0);
});

test('a reset gives every VM of a cluster a new disk under the same identity, and keeps why', { skip }, async () => {
  const disk = '/var/lib/libvirt/images/labwright-tiny/mno1-master-0.qcow2';
  const identity = async (): Promise<string> =>
    (await onMachine('server1', `${VIRSH} dumpxml mno1-master-0 --inactive | grep -E '<uuid>|<mac |<serial>'`)).stdout;
  const before = await identity();
  await onMachine(
    'server1',
    `${VIRSH} destroy mno1-master-0; qemu-io -c 'write -P 7 0 4096' ${disk}; mkdir -p /var/lib/libvirt/qemu/nvram; touch /var/lib/libvirt/qemu/nvram/mno1-master-0_VARS.fd`,
  );
  const dry = await labJson<ApplyReport>('reset', 'mno1', '--lab', box.labFolder, '--because', 'look', '--dry-run');
  assert.deepEqual(
    dry.changes.map(({ name, consequence, status }) => [name, consequence, status]),
    ['mno1-master-0', 'mno1-master-1', 'mno1-master-2'].map((name) => [name, 'data-loss', 'planned']),
  );
  const report = await labJson<ApplyReport>('reset', 'mno1', '--lab', box.labFolder, '--because', 'a "new" release', '--yes', '--start');
  assert.deepEqual([report.failures, report.changes.map(({ status }) => status)], [[], ['done', 'done', 'done']]);
  assert.equal(await identity(), before);
  const written = await onMachine('server1', `${VIRSH} destroy mno1-master-0; qemu-io -r -c 'read -P 7 0 4096' ${disk} 2>&1; exit 0`);
  assert.match(written.stdout, /Pattern verification failed/);
  assert.match(
    (await onMachine('server1', `${VIRSH} dumpxml mno1-master-0; ls /var/lib/libvirt/qemu/nvram`)).stdout,
    /generation="[2-9]"[^]*because="a &quot;new&quot; release \(root@/,
  );
  assert.doesNotMatch((await onMachine('server1', 'ls /var/lib/libvirt/qemu/nvram')).stdout, /mno1-master-0/);
  assert.deepEqual((await labJson<ApplyReport>('apply', box.labFolder)).failures, []);
});

test('what a job holds is not reset', { skip }, async () => {
  const path = join(box.labFolder, 'lab.claims.json');
  const text = readFileSync(path, 'utf8');
  const claims = JSON.parse(text) as { clusters: Record<string, unknown> };
  claims.clusters['sno1'] = { claimed: true, fence: 1, at: '2026-01-01T00:00:00.000Z', by: 'job sno1-install' };
  writeFileSync(path, JSON.stringify(claims));
  const refused = await lab('reset', 'sno1-master-0', '--lab', box.labFolder, '--because', 'x', '--yes');
  writeFileSync(path, text);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /sno1-master-0 is held by sno1, which job sno1-install claimed at 2026.*\nhint: .*action: redeploy/);
  const other = await lab('reset', 'hub2', '--lab', box.labFolder, '--because', 'x', '--yes');
  assert.match(other.stderr, /hub2 cannot have its machines: mno1-master-2 is held by mno1/);
});

test('a node is reached by ssh through the jumphost; its host key is pinned until the machine is reset', { skip }, async () => {
  const ssh = (...command: string[]): Promise<ExecResult> =>
    box.inNetwork('jumphost')(sshCommand(...command), { okExitCodes: [0, 3, 255], env: { TMPDIR: box.folder } });
  await untilSsh(ssh);
  assert.equal((await ssh('hostname')).stdout, 'master-0\n');
  assert.equal((await ssh('exit 3')).exitCode, 3);
  const restart = `${VIRSH} destroy sno1-master-0; ${VIRSH} start sno1-master-0`;
  await onMachine('server2', restart);
  // Its host key is new, as that of somebody who took its address would be.
  await untilAnswers();
  const refused = await ssh('hostname');
  assert.equal(refused.exitCode, 255);
  assert.match(refused.stderr, /REMOTE HOST IDENTIFICATION HAS CHANGED/);
  await labJson<ApplyReport>('reset', 'sno1', '--lab', box.labFolder, '--because', 'install anew', '--yes', '--start');
  await untilAnswers();
  const greeted = await untilSsh(ssh);
  assert.doesNotMatch(greeted.stderr, /IDENTIFICATION HAS CHANGED/);
  const config = (await lab('ssh-config', box.labFolder, '--user', 'root')).stdout;
  assert.doesNotMatch(config, /StrictHostKeyChecking no/);
  assert.match(config, /Host sno1-master-0 sno1\/master-0 master-0\.sno1 master-0\.sno1\.tiny\.lab\n[^]*ProxyJump jumphost\n/);
  const own = ['ssh', '-F', join(box.labFolder, '.labwright/ssh/config'), 'master-0.sno1.tiny.lab', 'hostname'];
  assert.equal((await box.inNetwork('jumphost')(own)).stdout, 'master-0\n');
});

test('the console of a VM is open to a terminal, and its log is kept', { skip }, async () => {
  const program = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', 'console', 'sno1/master-0', '--lab', box.labFolder].join(' ');
  // From another terminal, while the console is open: what the node writes there is seen.
  const script = `( sleep 4; ${sshCommand('echo seen-on-the-console >/dev/console')
    .map((word) => `'${word}'`)
    .join(' ')}; sleep 2; printf '\\035' ) | timeout 40 script -qec '${program}' /dev/null`;
  const { stdout } = await box.inNetwork('jumphost')(['sh', '-c', script], { env: { TMPDIR: box.folder } });
  assert.match(stdout, /Connected; Ctrl-\] leaves\.[^]*seen-on-the-console/);
  assert.match((await lab('console', 'sno1-master-0', '--lab', box.labFolder, '--log')).stdout, /tiny node is up[^]*seen-on-the-console/);
});

test('a kubeconfig is kept on the jumphost for its administrator only, and goes with the lab', { skip }, async () => {
  const none = await lab('kubeconfig', 'sno1', '--lab', box.labFolder);
  assert.deepEqual([none.exitCode, /jumphost keeps no kubeconfig of sno1/.test(none.stderr)], [1, true]);
  writeFileSync(join(box.folder, 'kc'), 'apiVersion: v1\n');
  await lab('kubeconfig', 'sno1', '--lab', box.labFolder, '--keep', join(box.folder, 'kc'));
  assert.equal((await lab('kubeconfig', 'sno1', '--lab', box.labFolder)).stdout, 'apiVersion: v1\n');
  const modes = await onMachine('jumphost', 'stat -c %a /var/lib/labwright/labs/tiny/kubeconfigs /var/lib/labwright/labs/tiny/kubeconfigs/sno1');
  assert.equal(modes.stdout, '700\n600\n');
  assert.deepEqual((await labJson<ApplyReport>('destroy', box.labFolder, '--yes')).failures, []);
  assert.equal((await onMachine('jumphost', '[ -e /var/lib/labwright/labs ] && echo there || echo gone')).stdout, 'gone\n');
});

test('a bridge that cuts its server off is undone by the server itself, which answers again', { skip }, async () => {
  const before = (await onMachine('server2', 'ip -br -4 address show dev eno2; ip route')).stdout;
  // A switch that shuts its port for as long as there is a bridge behind it.
  const guard = `while sleep 0.05; do
  if ip -n ${prefix}-server2 link show br0 >/dev/null 2>&1; then ip -n ${prefix}-switch link set server2 down; else ip -n ${prefix}-switch link set server2 up; fi
done`;
  const portSecurity = spawn('sh', ['-c', guard], { stdio: 'ignore' });
  const { exitCode, stdout } = await lab('apply', box.labFolder, '--target', 'server2', '--json').finally(() => portSecurity.kill());
  assert.equal(exitCode, 1);
  const report = JSON.parse(stdout) as ApplyReport;
  assert.match(report.failures[0]!.message, /server2 stopped answering after the change of its network and went back to the one it had/);
  assert.ok(report.changes.filter(({ on, kind }) => on === 'server2' && kind !== 'bridge').every(({ status }) => status === 'skipped'));
  assert.equal((await onMachine('server2', 'ip -br -4 address show dev eno2; ip route')).stdout, before);
  assert.doesNotMatch((await onMachine('server2', 'ip -br link')).stdout, /br0/);
});

const SEED = Number(process.env['LABWRIGHT_SEED'] ?? Date.now() % 1000);

test(`an apply that is killed with -9 at a step is finished by the next (LABWRIGHT_SEED=${SEED} picks the step)`, { skip }, async () => {
  const { changes } = await labJson<ApplyReport>('apply', box.labFolder, '--dry-run');
  const { on, action, kind, name } = changes[SEED % changes.length]!;
  await killedAt(`${on}: ${action} ${kind} ${name}`);
  const report = await labJson<ApplyReport>('apply', box.labFolder);
  assert.deepEqual(report.failures, [], `killed at ${on}: ${action} ${kind} ${name}`);
  const status = await labJson<LabStatus>('status', box.labFolder);
  assert.deepEqual([status.asPlanned, status.changes], [true, []]);
  assert.deepEqual(
    status.servers.map((one) => [one.name, one.bridge, one.network, one.found]),
    [
      ['server1', 'up', 'active', 3],
      ['server2', 'up', 'active', 1],
    ],
  );
});

test('with a firewall the lab reaches what it needs and the outside by NAT, and nobody reaches it from there', { skip }, async (t) => {
  const outside = `${prefix}-outside`;
  await localExec(['ip', 'netns', 'add', outside]);
  t.after(() => localExec(['ip', 'netns', 'delete', outside]));
  await localExec(['ip', '-n', outside, 'link', 'add', 'name', 'out', 'type', 'veth', 'peer', 'name', 'eno1', 'netns', `${prefix}-jumphost`]);
  await localExec(['ip', '-n', outside, 'address', 'add', '192.0.2.2/24', 'dev', 'out']);
  await localExec(['ip', '-n', outside, 'link', 'set', 'out', 'up']);
  await localExec(['ip', '-n', outside, 'route', 'add', '192.168.77.0/24', 'via', '192.0.2.1']);
  await onMachine('jumphost', 'ip address add 192.0.2.1/24 dev eno1; ip link set eno1 up');
  const file = join(box.labFolder, 'lab.yml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('nic: eno2', 'nic: eno2, uplink: eno1, services: { firewall: nftables }'));
  const report = await labJson<ApplyReport>('apply', box.labFolder);
  assert.deepEqual(
    [report.failures, report.changes.filter(({ kind }) => kind === 'firewall').map(({ action, status }) => [action, status])],
    [[], [['create', 'done']]],
  );
  assert.deepEqual((await labJson<ApplyReport>('apply', box.labFolder)).changes, []);
  await untilAnswers();
  const said = (
    await box.inNetwork('jumphost')(sshCommand('ping -c 1 -W 5 192.0.2.2; nc -w 2 192.168.77.1 9 </dev/null; nslookup api.mno1.tiny.lab'), {
      okExitCodes: [0, 1],
    })
  ).stdout;
  assert.match(said, /1 packets received[^]*192\.168\.77\.18/);
  const back = await localExec(['ip', 'netns', 'exec', outside, 'ping', '-c', '1', '-W', '2', '192.168.77.36'], { okExitCodes: [0, 1, 2] });
  assert.notEqual(back.exitCode, 0);
  await onMachine('jumphost', 'nft flush chain inet labwright_tiny postrouting');
  const { drift } = await labJson<LabDrift>('drift', box.labFolder);
  assert.deepEqual(
    drift.map(({ kind, field, found }) => [kind, field, found]),
    [['firewall', 'table', 'changed']],
  );
  assert.deepEqual((await labJson<ApplyReport>('destroy', box.labFolder, '--yes')).failures, []);
  assert.doesNotMatch((await onMachine('jumphost', 'nft list tables')).stdout, /labwright/);
});

/** Starts an apply and kills it, hard, when it says that it begins something. */
async function killedAt(line: string): Promise<void> {
  const command = ['netns', 'exec', `${prefix}-jumphost`, process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', 'apply', box.labFolder];
  const child = spawn('ip', command, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: box.folder } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.includes(line)) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL', `it was killed, after saying: ${said}`);
}

function sshCommand(...command: readonly string[]): readonly string[] {
  return [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', 'ssh', 'sno1/master-0', '--lab', box.labFolder, '--user', 'root', '--', ...command];
}

/** A node that has just started answers after a while. */
async function untilAnswers(): Promise<void> {
  await box.inNetwork('jumphost')([
    'sh',
    '-c',
    'for turn in $(seq 60); do timeout 2 busybox nc 192.168.77.36 22 </dev/null 2>/dev/null | grep -q SSH && exit 0; sleep 1; done; exit 1',
  ]);
}

async function untilSsh(ssh: (...command: string[]) => Promise<ExecResult>): Promise<ExecResult> {
  await untilAnswers();
  return ssh('true');
}

/** What the jumphost serves, path to text. */
async function files(): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await onMachine('jumphost', `cd / && grep -r '' ${CONF} /var/lib/dnsmasq/labwright-tiny/dhcp-hosts.d`);
  const texts = new Map<string, string>();
  for (const line of stdout.trimEnd().split('\n')) {
    const [path, ...rest] = line.split(':');
    texts.set(path!, `${texts.get(path!) ?? ''}${rest.join(':')}\n`);
  }
  return texts;
}

/** Runs `labwright lab …` on the jumphost's network. */
function lab(...args: readonly string[]): Promise<ExecResult> {
  const command = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', ...args];
  return box.inNetwork('jumphost')(command, { okExitCodes: [0, 1, 2], env: { TMPDIR: box.folder } });
}

async function labJson<T>(...args: readonly string[]): Promise<T> {
  const { stdout, stderr } = await lab(...args, '--json');
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as T;
}

async function dig(...query: readonly string[]): Promise<string> {
  return (await box.inNetwork('jumphost')(['dig', '@192.168.77.1', '+tries=2', ...query])).stdout;
}

function onMachine(machine: string, script: string): Promise<ExecResult> {
  return box.inMachine(machine)(['sh', '-c', script]);
}
