import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab, type PlanResult } from '../../src/lab/plan-lab.ts';
import type { LabPlan } from '../../src/lab/plan.ts';
import { askDns } from '../../src/machines/doors/ask-dns.ts';
import { testConfiguration } from '../../src/machines/doors/test-dnsmasq.ts';
import { jumphostChanges, observeJumphost, plannedFiles, recordsOf } from '../../src/machines/jumphost.ts';
import { labPaths } from '../../src/machines/lab-paths.ts';
import { probeSegment } from '../../src/machines/preflight/segment-probe.ts';
import { SILENT, workOff, type ChangeResult } from '../../src/machines/work-off.ts';
import { localExec, type Exec } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

/** What dnsmasq does that a lab must not fall for, each by its number in reference/lab-and-libvirt.md §2.5.2; no VM is started. */
const prefix = `lwdns-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const { signal } = new AbortController();
const JUMPHOST = '192.168.77.1';
const plan = planned(`  c1: {on: server1, install: abi, masters: 3}
  c2: {on: server2, install: abi, masters: 3}
  hub: {role: hub, install: abi, nodes: [c1/master-2], host_network: true, active: false}
`);
const { confDir, stateDir } = labPaths(plan);
let box: Box;
let jumphost: Exec;

before(async () => {
  if (skip !== undefined) return;
  box = await upBox(prefix, console.log);
  jumphost = box.inMachine('jumphost');
  // A machine to boot: server2 gets a second cable to the switch.
  await localExec(['ip', '-n', `${prefix}-switch`, 'link', 'add', 'name', 'guest', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${prefix}-server2`]);
  await localExec(['ip', '-n', `${prefix}-switch`, 'link', 'set', 'guest', 'master', 'sw0', 'up']);
  await served(plan);
});
after(() => (skip === undefined ? downBox(prefix) : undefined));

test('D1: two reservations of one address in the main configuration, which stop dnsmasq, are refused before the switch', { skip }, async () => {
  await assert.rejects(trial(`${confDir}/99.conf`, 'dhcp-host=52:54:00:00:0f:01,192.168.77.99\ndhcp-host=52:54:00:00:0f:02,192.168.77.99\n'), {
    code: 'refused',
    message: /duplicate dhcp-host IP address/,
  });
  // Ours are where a mistake costs one machine, not the whole lab.
  for (const [path, text] of await filesOf(plan)) if (path.startsWith(confDir)) assert.doesNotMatch(text, /^dhcp-host=/m);
});

test('D2: the same in the folder of reservations, which dnsmasq skips with a line in its log, is refused too', { skip }, async () => {
  const twice = '52:54:00:00:0f:01,192.168.77.99\n52:54:00:00:0f:02,192.168.77.99\n';
  await assert.rejects(trial(`${stateDir}/dhcp-hosts.d/twice`, twice), { code: 'refused', message: /skips a part of its configuration: .*duplicate/ });
});

test('D3: a MAC, a name or an address twice, and an address outside the network, are mistakes of the lab file', () => {
  const cluster = (name: string, rest: string): string => `  ${name}: {on: server1, install: abi, masters: 3${rest}}\n`;
  const vips = ', vips: {api: 192.168.77.98, ingress: 192.168.77.99}';
  const mac = ', machines: {master-0: {mac: "52:54:00:aa:aa:aa"}}';
  for (const twice of [vips, mac]) {
    assert.ok(result(cluster('c1', twice)).plan);
    assert.equal(result(cluster('c1', twice) + cluster('c2', twice)).plan, undefined, twice);
  }
  assert.equal(result(cluster('c1', '') + cluster('c1', '')).plan, undefined);
  assert.equal(result(cluster('c1', vips.replace('192.168.77.98', '10.0.0.98'))).plan, undefined);
});

test('D4 and D7: machines of one segment get their short name, and the domain of their own cluster', { skip }, async () => {
  for (const cluster of ['c1', 'c2']) {
    const lease = await boot(macOf(cluster, 'master-0'));
    assert.deepEqual([lease?.['hostname'], lease?.['domain']], ['master-0', `${cluster}.traps.lab`]);
  }
  const log = (await jumphost(['cat', `${stateDir}/dnsmasq.log`])).stdout;
  assert.doesNotMatch(log, /Ignoring domain/);
});

test('D5: a node resolves before it ever had a lease', { skip }, async () => {
  assert.doesNotMatch((await jumphost(['cat', `${stateDir}/dnsmasq.leases`])).stdout, new RegExp(macOf('c2', 'master-1')));
  assert.deepEqual(await ask('master-1.c2.traps.lab'), ['NOERROR', addressOf('c2', 'master-1')]);
});

test('D6: of two nodes with one short name each keeps its A and PTR, whoever takes its lease last', { skip }, async () => {
  for (const cluster of ['c1', 'c2']) {
    await boot(macOf(cluster, 'master-0'));
    for (const other of ['c1', 'c2']) {
      assert.deepEqual(await ask(`master-0.${other}.traps.lab`), ['NOERROR', addressOf(other, 'master-0')]);
      assert.deepEqual(await ask(reverse(addressOf(other, 'master-0')), 'PTR'), ['NOERROR', `master-0.${other}.traps.lab`]);
    }
  }
});

test('D8: nothing is answered below api', { skip }, async () => {
  assert.deepEqual(await ask('api.c1.traps.lab'), ['NOERROR', plan.clusters[0]!.vips.api]);
  assert.deepEqual(await ask('foo.api.c1.traps.lab'), ['NXDOMAIN']);
});

test('D9: apps answers at its apex and at every depth', { skip }, async () => {
  for (const name of ['apps', 'x.apps', 'a.b.c.apps']) assert.deepEqual(await ask(`${name}.c1.traps.lab`), ['NOERROR', plan.clusters[0]!.vips.ingress]);
});

test('D10: AAAA of a name with an IPv4 address only is no data, not no such name', { skip }, async () => {
  for (const name of ['x.apps', 'apps', 'api', 'api-int', 'master-0']) assert.deepEqual(await ask(`${name}.c1.traps.lab`, 'AAAA'), ['NOERROR'], name);
});

test('D11: names of the lab are never asked for outside', { skip }, async () => {
  // An upstream that cannot be reached: a name that is passed on to it gets no answer of these.
  const files = new Map(await filesOf(plan));
  files.set(`${confDir}/00-lab.conf`, `${files.get(`${confDir}/00-lab.conf`)}server=192.0.2.1\n`);
  const none = (name: string, type: 'A' | 'AAAA', status: 'NOERROR' | 'NXDOMAIN') => ({ name, type, status, data: [] });
  const records = [none('api.c1.traps.lab', 'AAAA', 'NOERROR'), none('x.apps.c1.traps.lab', 'AAAA', 'NOERROR'), none('nobody.traps.lab', 'A', 'NXDOMAIN')];
  await testConfiguration(jumphost, plan, { files, records }, signal);
  await assert.rejects(
    testConfiguration(jumphost, plan, { files, records: [none('example.com', 'A', 'NOERROR')] }, signal),
    /example\.com A is no answer|example\.com A is REFUSED/,
  );
});

test('D12: a second address of a name, which dnsmasq adds to the first, is refused before the switch', { skip }, async () => {
  await assert.rejects(trial(`${confDir}/99.conf`, 'address=/apps.c1.traps.lab/192.168.77.99\n'), {
    code: 'refused',
    message: /apps\.c1\.traps\.lab A is .*192\.168\.77\.99/,
  });
});

test('D13: the PTR of an address is the name of its node, though api of a single node is there too', { skip }, async () => {
  const sno = planned('  sno: {on: server1, install: abi, masters: 1}\n');
  await served(sno);
  const address = sno.clusters[0]!.nodes[0]!.addresses[0]!;
  assert.deepEqual(await ask('api.sno.traps.lab'), ['NOERROR', address]);
  assert.deepEqual(await ask(reverse(address), 'PTR'), ['NOERROR', 'master-0.sno.traps.lab']);
  await served(plan);
});

test('D14: router, DNS and NTP come by the tag of the segment, wherever an address lies in it', { skip }, async () => {
  for (const cluster of ['c1', 'c2']) {
    const lease = await boot(macOf(cluster, 'master-1'));
    assert.deepEqual([lease?.['router'], lease?.['dns'], lease?.['ntpsrv']], [JUMPHOST, JUMPHOST, JUMPHOST]);
  }
  for (const text of (await filesOf(plan)).values()) assert.doesNotMatch(text, /^dhcp-range=[^,\n]*\d+\.\d+\.\d+\.\d+,\d+\.\d+/m);
});

test('D15: an address that is in use, which dnsmasq gives away all the same, is found by the probe', { skip }, async () => {
  const address = addressOf('c1', 'master-0');
  await inGuest(`ip address add ${address}/24 dev eth0`);
  const { holders } = await probeSegment(jumphost, plan, signal);
  await inGuest(`ip address delete ${address}/24 dev eth0`);
  assert.ok(holders[address], 'somebody says that it is theirs');
});

test('D16: an address whose lease another MAC still has goes to its machine, for the lease is dropped', { skip }, async () => {
  const address = addressOf('c1', 'master-0');
  const old = '52:54:00:00:0f:0f';
  await jumphost([
    'sh',
    '-c',
    `kill "$(cat /run/labwright-traps-dnsmasq.pid)"; sleep 0.3; echo "$(($(date +%s) + 9000)) ${old} ${address} old *" >${stateDir}/dnsmasq.leases`,
  ]);
  const results = await served(plan);
  assert.match(results.find(({ kind }) => kind === 'dnsmasq')!.detail, new RegExp(`${old} still has a lease on ${address.replaceAll('.', '\\.')}`));
  assert.equal((await boot(macOf('c1', 'master-0')))?.['ip'], address);
});

test('D17: a MAC that moves to another address gets it at once', { skip }, async () => {
  const mac = macOf('c1', 'master-0');
  await boot(mac);
  const [c1, ...rest] = plan.clusters;
  const [first, ...others] = c1!.nodes;
  await served({ ...plan, clusters: [{ ...c1!, nodes: [{ ...first!, addresses: ['192.168.77.90'] }, ...others] }, ...rest] });
  assert.equal((await boot(mac))?.['ip'], '192.168.77.90');
  await served(plan);
  assert.equal((await boot(mac))?.['ip'], first!.addresses[0]);
});

test('D18: a MAC that nobody planned is not answered', { skip }, async () => {
  assert.equal(await boot('52:54:00:00:0f:03'), undefined);
});

test('D19: reservations of a cluster that is gone end, though dnsmasq keeps a deleted file in force', { skip }, async () => {
  const mac = macOf('c2', 'master-2');
  assert.ok(await boot(mac));
  await served(withActive('c2', false));
  assert.equal(await boot(mac), undefined);
  await served(plan);
  assert.ok(await boot(mac));
});

test('D20: a changed name is served, and leases outlive the restart that this needs', { skip }, async () => {
  await boot(macOf('c2', 'master-0'));
  const leases = (): Promise<string> => jumphost(['cat', `${stateDir}/dnsmasq.leases`]).then(({ stdout }) => stdout);
  const lease = new RegExp(`${macOf('c2', 'master-0')} ${addressOf('c2', 'master-0')}`);
  assert.match(await leases(), lease);
  await served(withActive('c1', false));
  assert.deepEqual(await ask('api.c1.traps.lab'), ['NXDOMAIN']);
  assert.match(await leases(), lease);
  await served(plan);
});

test('D21: a placeholder that was never filled is refused, though dnsmasq takes it', { skip }, async () => {
  const hole = { ...plan, clusters: plan.clusters.map((one) => ({ ...one, vips: { ...one.vips, ingress: '' } })) };
  const state = await observeJumphost(jumphost, plan, signal);
  assert.throws(() => jumphostChanges(hole, state), { code: 'bad_input', message: /cannot hold ""/ });
  const path = `${confDir}/20-cluster-c1.conf`;
  const holed = plannedFiles(plan, state)
    .get(path)!
    .replace(/^host-record=api\.c1.*$/m, 'address=/api.c1.traps.lab/');
  await assert.rejects(trial(path, holed), { code: 'refused', message: /api\.c1\.traps\.lab A is NXDOMAIN/ });
});

function result(clusters: string): PlanResult {
  const text = `lab: traps
domain: traps.lab
jumphost: {address: ${JUMPHOST}, nic: eno2}
networks:
  baremetal: {cidr: 192.168.77.0/24, bridge: br0, slot_size: 16}
servers:
  server1: {address: 192.168.77.2, nic: eno2, cpus: 64, memory: 512GiB, disk: 4TiB}
  server2: {address: 192.168.77.3, nic: eno2, cpus: 64, memory: 512GiB, disk: 4TiB}
clusters:
${clusters}`;
  return planLab('lab.yml', text, EMPTY_LOCK);
}

function planned(clusters: string): LabPlan {
  const { plan: made, diagnostics } = result(clusters);
  assert.ok(made, JSON.stringify(diagnostics));
  return made;
}

function withActive(cluster: string, active: boolean): LabPlan {
  return { ...plan, clusters: plan.clusters.map((one) => (one.name === cluster ? { ...one, active } : one)) };
}

function nodeOf(cluster: string, node: string) {
  return plan.clusters.find(({ name }) => name === cluster)!.nodes.find(({ name }) => name === node)!;
}

function macOf(cluster: string, node: string): string {
  return nodeOf(cluster, node).mac;
}

function addressOf(cluster: string, node: string): string {
  return nodeOf(cluster, node).addresses[0]!;
}

function reverse(address: string): string {
  return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
}

async function filesOf(of: LabPlan): Promise<ReadonlyMap<string, string>> {
  return plannedFiles(of, await observeJumphost(jumphost, of, signal));
}

/** As apply does on the jumphost. */
async function served(of: LabPlan): Promise<readonly ChangeResult[]> {
  const changes = jumphostChanges(of, await observeJumphost(jumphost, of, signal));
  const host = { name: 'jumphost', exec: jumphost, freshExec: jumphost };
  const results = await workOff(host, changes, SILENT, signal);
  for (const one of results) assert.equal(one.status, 'done', JSON.stringify(one));
  return results;
}

/** Tries the plan's files with one other on top. */
async function trial(path: string, text: string): Promise<void> {
  const state = await observeJumphost(jumphost, plan, signal);
  const files = plannedFiles(plan, state);
  await testConfiguration(jumphost, plan, { files: new Map([...files, [path, text]]), records: recordsOf(plan, state, files) }, signal);
}

async function ask(name: string, type: 'A' | 'AAAA' | 'PTR' = 'A'): Promise<readonly string[]> {
  const [answer] = await askDns(jumphost, JUMPHOST, [{ name, type }], signal);
  return [answer!.status, ...answer!.data];
}

function inGuest(script: string): Promise<{ readonly stdout: string; readonly exitCode: number }> {
  return box.inNetwork('server2')(['sh', '-c', script], { okExitCodes: [0, 1] });
}

/** What a machine with that MAC is given by DHCP; undefined when nobody answers. */
async function boot(mac: string): Promise<Readonly<Record<string, string>> | undefined> {
  const script = `ip link set eth0 down; ip link set eth0 address ${mac}; ip link set eth0 up
printf '#!/bin/sh\\n[ "$1" != bound ] || env\\n' >${box.folder}/got; chmod +x ${box.folder}/got
busybox udhcpc -i eth0 -f -q -n -t 3 -T 1 -O domain -O ntpsrv -s ${box.folder}/got 2>/dev/null`;
  const { stdout, exitCode } = await inGuest(script);
  if (exitCode !== 0) return undefined;
  return Object.fromEntries(
    stdout.split('\n').flatMap((line) => (line.includes('=') ? [[line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]] : [])),
  );
}
