import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { Client } from '../../src/client/create-client.ts';
import type { RunJob, RunJobState } from '../../src/contract/runs.ts';
import type { ApplyReport } from '../../src/machines/apply-lab.ts';
import type { CheckReport } from '../../src/machines/preflight/check-lab.ts';
import { ensureLab } from '../../src/server/bootstrap/ensure-bootstrap.ts';
import { ensureComponent, ensureTopic } from '../../src/server/bootstrap/ensure-catalogue.ts';
import { noteInstallations } from '../../src/machines/reach/installations.ts';
import { kubeClientOn } from '../../src/kube/create-kube-client.ts';
import { serveApi, type ApiServer } from '../../src/rehearsal/api/server.ts';
import { noTraffic } from '../../src/rehearsal/clock/traffic.ts';
import { openshiftDefinitions } from '../../src/rehearsal/definitions/openshift.ts';
import { readAgentIso } from '../../src/rehearsal/installer/agent-iso.ts';
import { rollOutOperators } from '../../src/rehearsal/installer/cluster-version.ts';
import { realSleep, systemClock } from '../../src/util/clock.ts';
import { localExec } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { runJob, startTestServer, type TestServer } from '../server/test-server.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';

/**
 * A control server, and the agent of the lab on its jumphost: a job takes a machine from another cluster, and all of it is real but
 * what is installed. No OpenShift can run here: `openshift-install` is the one of the rehearsals, the VM boots its tiny kernel, and
 * the API of the new cluster, at the VM's address as the jumphost sees it, is also one of the rehearsals.
 */
const prefix = `lwagent-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const VIRSH = 'virsh --quiet --connect qemu:///system';
const PORT = 8420;
const LIMIT_MS = 240_000;
const TOKEN = 'a-token-of-this-test';
let box: Box;
let server: TestServer;
let client: Client;
let componentId: string;
let api: ApiServer | undefined;
const relays: Server[] = [];
const processes: ChildProcess[] = [];
let agentSaid = '';

before(async () => {
  if (skip !== undefined) return;
  box = await upBox(prefix, console.log);
  const file = join(box.labFolder, 'lab.yml');
  // Its machine is as large as its installer asks; under TCG, memory that nobody uses costs nothing.
  const taker = '  sno2: {install: abi, nodes: [mno1/master-2], host_network: true, active: false}\n';
  const large = readFileSync(file, 'utf8').replaceAll('cpus: 4, memory: 2GiB, disk: 20GiB', 'cpus: 32, memory: 64GiB, disk: 1TiB');
  writeFileSync(file, large.replace(/^ {2}sno1:/m, `${taker}  sno1:`));
  const { stdout, stderr } = await lab('apply', box.labFolder, '--json');
  assert.notEqual(stdout, '', stderr);
  assert.deepEqual((JSON.parse(stdout) as ApplyReport).failures, []);
  await startControlServer();
  await startAgent();
});
after(async () => {
  if (skip !== undefined) return;
  for (const child of processes) child.kill('SIGKILL');
  for (const one of relays) one.close();
  await api?.close();
  await server?.[Symbol.asyncDispose]();
  await downBox(prefix);
});

test('a job that installs claims its machine: DHCP and DNS switch, the lab is checked, the VM is reset and boots through its BMC', { skip }, async () => {
  assert.equal(await dig('+short', '-x', '192.168.77.22'), 'master-2.mno1.tiny.lab.\n');
  assert.equal(await generation(), '1');
  const runId = await start([runJob('let-go', { action: 'release', cluster: 'mno1' }), redeploy({ needs: ['let-go'] })]);
  const job = await jobUntil(
    runId,
    ({ steps, status }) => isOver(status) || steps.some(({ id, status: now }) => id === 'await-rendezvous' && now === 'running'),
  );
  assert.deepEqual(
    job.steps.flatMap(({ id, status }) => (status === 'success' ? [id] : [])),
    ['claim-machines', 'check-lab', 'reset-machines', 'create-image', 'boot-machines'],
    `${JSON.stringify(job, undefined, 1)}\n${agentSaid}`,
  );
  // The names of the new holder are there, those of the cluster that let go are not.
  assert.equal(await dig('+short', 'api.sno2.tiny.lab'), '192.168.77.22\n');
  assert.equal(await dig('+short', '-x', '192.168.77.22'), 'master-0.sno2.tiny.lab.\n');
  assert.match(await dig('api.mno1.tiny.lab'), /NXDOMAIN/);
  // New disks under the same identity, and the reason kept with the VM.
  assert.equal(await generation(), '2');
  assert.match((await onMachine('server1', `${VIRSH} dumpxml mno1-master-2`)).stdout, /because="job redeploy-sno2, [^"]*reset-machines"/);
  // It booted with the name that DHCP gives it now, and ssh pins the key of the system that it has now.
  const { stdout } = await untilSsh('sno2/master-0', 'hostname');
  assert.equal(stdout, 'master-0\n');
  assert.match((await onMachine('jumphost', 'cat /var/lib/dnsmasq/labwright-tiny/dnsmasq.leases')).stdout, /52:54:00:00:01:06 192\.168\.77\.22 master-0 /);
  const noted = (await onMachine('jumphost', 'cat /var/lib/labwright/labs/tiny/installations/mno1-master-2')).stdout.trim();
  assert.ok((await onMachine('jumphost', `ls ${box.labFolder}/.labwright/ssh/known_hosts.d`)).stdout.includes(`mno1-master-2.g2-c2-i${noted}.tiny`));
  const log = await page(`/runs/${runId}/jobs/${job.id}/log`);
  for (const part of ['sno2 holds its machines now', 'mno1-master-2: new disks, no NVRAM', 'power on mno1-master-2', 'Generated ISO at'])
    assert.ok(log.includes(part), `${part}:\n${log}`);

  // What is missing to the installed cluster is an API; the installation follows it to the end.
  await serveNewCluster(job.id);
  const done = await jobUntil(runId, ({ status }) => isOver(status));
  assert.equal(done.status, 'success', `${JSON.stringify(done, undefined, 1)}\n${agentSaid}`);
  assert.deepEqual(
    done.steps.slice(-3).map(({ id }) => id),
    ['eject-image', 'store-credentials', 'check-lab-after'],
  );
  assert.match((await onMachine('server1', `${VIRSH} domblklist mno1-master-2`)).stdout, /^ *sdz +-$/m);
});

test('the kubeconfig of the new cluster is kept on the jumphost, where lab kubeconfig finds it', { skip }, async () => {
  assert.equal((await onMachine('jumphost', 'stat -c %a /var/lib/labwright/labs/tiny/kubeconfigs/sno2')).stdout, '600\n');
  assert.match((await lab('kubeconfig', 'sno2', '--lab', box.labFolder)).stdout, /server: "?https:\/\/api\.sno2\.tiny\.lab:6443/);
});

test('what the check found is stored with the job, and its page shows it', { skip }, async () => {
  const { runs } = await client.listRuns({});
  const run = runs[0]!;
  const job = run.jobs.find(({ name }) => name === 'redeploy-sno2')!;
  assert.deepEqual(
    job.files.flatMap(({ name }) => (name.startsWith('preflight') ? [name] : [])),
    ['preflight-after.json', 'preflight-before.json'],
  );
  for (const name of ['preflight-after.json', 'preflight-before.json']) {
    const report = await reportOf(run.id, job, name);
    assert.deepEqual([report.lab, report.ok, report.unchecked], ['tiny', true, []], JSON.stringify(report));
  }
  const html = await page(`/runs/${run.id}`);
  for (const part of ['Check the lab for what would spoil sno2', 'preflight-before.json']) assert.ok(html.includes(part), part);
});

test('a lab that is broken ends the job before anything is touched, and names the check', { skip }, async () => {
  await onMachine(
    'server2',
    'dnsmasq --conf-file=/dev/null --port=0 --interface=br0 --bind-interfaces --dhcp-range=192.168.77.200,192.168.77.210 --dhcp-leasefile=/run/rogue.leases --pid-file=/run/rogue.pid',
  );
  const before = [await generation(), (await onMachine('server1', `${VIRSH} domstate mno1-master-2; ${VIRSH} domid mno1-master-2`)).stdout];
  const runId = await start([redeploy()]);
  const job = await jobUntil(runId, ({ status }) => isOver(status));
  await onMachine('server2', 'kill "$(cat /run/rogue.pid)"');
  assert.equal(job.status, 'failure');
  assert.deepEqual(job.steps.map(({ id, status }) => `${id} ${status}`).slice(0, 3), ['claim-machines success', 'check-lab failure', 'reset-machines pending']);
  assert.deepEqual([job.error?.condition, job.error?.reason, job.error?.object], ['Preflight', 'NET-DHCP-ROGUE', 'jumphost']);
  assert.match(job.error!.message, /192\.168\.77\.3 offers addresses on the lab’s network/);
  assert.deepEqual([await generation(), (await onMachine('server1', `${VIRSH} domstate mno1-master-2; ${VIRSH} domid mno1-master-2`)).stdout], before);
  const report = await reportOf(runId, job, 'preflight-before.json');
  assert.deepEqual([report.ok, report.findings.some(({ id, on }) => id === 'NET-DHCP-ROGUE' && on === 'jumphost')], [false, true]);
  const html = await page(`/runs/${runId}`);
  for (const part of ['NET-DHCP-ROGUE', 'stop it: usual culprits']) assert.ok(html.includes(part), part);
});

test('when a step fails, the lab is looked at once more, and what is broken by then is stored with the job', { skip }, async () => {
  // An installer that fails, and a jumphost that loses a record meanwhile.
  const conf = '/etc/labwright/tiny/dnsmasq.d/20-cluster-sno2.conf';
  const reload = `kill "$(cat /run/labwright-tiny-dnsmasq.pid)"; sleep 0.3; dnsmasq --conf-file=/dev/null --conf-dir=/etc/labwright/tiny/dnsmasq.d,'*.conf' --pid-file=/run/labwright-tiny-dnsmasq.pid --log-facility=/var/lib/dnsmasq/labwright-tiny/dnsmasq.log`;
  installer(`sed -i s/192.168.77.22/192.168.77.99/ ${conf}; ${reload}; echo 'the release image cannot be pulled' >&2; exit 1`);
  const runId = await start([redeploy()]);
  const job = await jobUntil(runId, ({ status }) => isOver(status));
  assert.equal(job.status, 'failure', JSON.stringify(job, undefined, 1));
  assert.match(job.error!.message, /the release image cannot be pulled/);
  assert.deepEqual(job.files.flatMap(({ name }) => (name.startsWith('preflight') ? [name] : [])).toSorted(), [
    'preflight-before.json',
    'preflight-failed.json',
  ]);
  assert.equal((await reportOf(runId, job, 'preflight-before.json')).ok, true);
  const later = await reportOf(runId, job, 'preflight-failed.json');
  assert.ok(
    later.findings.some(({ id, cluster }) => id === 'DNS-RECORD' && cluster === 'sno2'),
    JSON.stringify(later, undefined, 1),
  );
});

test('bare metal that a job installed anew is greeted with its new host key; when somebody else did it, it is refused until --new-key', { skip }, async (t) => {
  const file = join(box.labFolder, 'lab.yml');
  const host =
    'hosts: {metal1: {bmc: {address: redfish-virtualmedia://192.168.77.251/redfish/v1/Systems/1}, nics: {eno1: {mac: 3c:ec:ef:00:00:11}}, address: 192.168.77.250, cpus: 8, memory: 16GiB, disks: [{size: 120GiB}]}}';
  const edge = '  edge1: {install: none, nodes: [host/metal1]}';
  writeFileSync(file, `${host}\n${readFileSync(file, 'utf8').replace(/^ {2}sno1:/m, `${edge}\n  sno1:`)}`);
  const ssh = (...flags: string[]) => lab('ssh', 'metal1', '--lab', box.labFolder, '--user', 'root', ...flags, '--', 'echo', 'it', 'answers');
  await startMetal(t);
  const installed = (): Promise<void> => noteInstallations(box.inMachine('jumphost'), { lab: 'tiny' }, ['metal1'], t.signal);

  let sshd = await systemOf(t, 'first');
  const first = await ssh();
  assert.equal(first.stdout, 'it answers\n', first.stderr);
  await ended(sshd);
  sshd = await systemOf(t, 'second');
  await installed();
  assert.equal((await ssh()).stdout, 'it answers\n');
  await ended(sshd);
  await systemOf(t, 'third');
  const refused = await ssh();
  assert.equal(refused.exitCode, 255);
  assert.match(refused.stderr, /REMOTE HOST IDENTIFICATION HAS CHANGED/);
  assert.equal((await ssh('--new-key')).stdout, 'it answers\n');
});

/** A machine on the switch of the box, beside its servers. */
async function startMetal(t: TestContext): Promise<void> {
  const space = `${prefix}-metal1`;
  await localExec(['ip', 'netns', 'add', space]);
  t.after(() => localExec(['ip', 'netns', 'delete', space]));
  const link = ['link', 'add', 'name', 'metal1', 'type', 'veth', 'peer', 'name', 'eno1', 'address', '3c:ec:ef:00:00:11', 'netns', space];
  await localExec(['ip', '-n', `${prefix}-switch`, ...link]);
  await localExec(['ip', '-n', `${prefix}-switch`, 'link', 'set', 'metal1', 'master', 'sw0', 'up']);
  await localExec(['ip', '-n', space, 'address', 'add', '192.168.77.250/24', 'dev', 'eno1']);
  await localExec(['ip', '-n', space, 'link', 'set', 'eno1', 'up']);
}

/** A system on it: an sshd with a host key of its own, and the folders of the jumphost. */
async function systemOf(t: TestContext, name: string): Promise<ChildProcess> {
  const key = join(box.folder, 'keys', `metal-${name}`);
  await localExec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const options = { HostKey: key, AuthorizedKeysFile: join(box.folder, 'keys/user.pub'), StrictModes: 'no', UsePAM: 'no', PidFile: 'none' };
  const words = Object.entries(options).flatMap(([option, value]) => ['-o', `${option}=${value}`]);
  const pid = readFileSync(join(box.folder, 'jumphost/pid'), 'utf8').trim();
  const inside = [`--net=/run/netns/${prefix}-metal1`, `--mount=/proc/${pid}/ns/mnt`, '--', '/usr/sbin/sshd', '-D', '-e', '-f', '/dev/null', ...words];
  const child = spawn('nsenter', inside, { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  await started(child, /Server listening on 0\.0\.0\.0/);
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

/** The server is on this computer; its socket in the box's folder is where the jumphost reaches it. */
async function startControlServer(): Promise<void> {
  server = await startTestServer({ pageToken: TOKEN }, { catalogue: false });
  client = await server.newLab('tiny');
  const { deps } = server.server;
  const { teamId } = await ensureLab(deps, { name: 'tiny', team: 'labs' });
  const topicId = await ensureTopic(deps, { name: 'OCP-4.18', componentTypes: ['ocp'], teamIds: [teamId] });
  const release = { name: 'OpenShift 4.18.1', version: '4.18.1', data: { pull_url: 'quay.io/openshift-release-dev/ocp-release:4.18.1-x86_64' } };
  componentId = await ensureComponent(deps, { topicId, type: 'ocp', ...release });
  await relay(server.server.port, PORT);
}

/** What listens here on a port answers on the jumphost at 127.0.0.1 too: a socket in the box's folder leads from one to the other. */
async function relay(port: number, inside: number): Promise<void> {
  const socket = join(box.folder, `${inside}.sock`);
  const outer = createServer((one) => {
    const other = connect(port, '127.0.0.1');
    for (const end of [one, other]) end.on('error', () => [one, other].forEach((each) => each.destroy()));
    one.pipe(other).pipe(one);
  });
  relays.push(outer.listen(socket));
  const inner = `require('node:net').createServer((one) => {
  const other = require('node:net').connect(${JSON.stringify(socket)});
  for (const end of [one, other]) end.on('error', () => [one, other].forEach((each) => each.destroy()));
  one.pipe(other).pipe(one);
}).listen(${inside}, '127.0.0.1', () => console.log('ready'))`;
  await started(onJumphost([process.execPath, '-e', inner]), /ready/);
}

/** The API that the installed node would serve, with the certificates of its image; it says that all operators are there. */
async function serveNewCluster(jobId: string): Promise<void> {
  const image = readdirSync(join(box.folder, 'agent'), { recursive: true, encoding: 'utf8' }).find((path) => path.includes(jobId) && path.endsWith('.iso'));
  const iso = readAgentIso(readFileSync(join(box.folder, 'agent', image!)))!;
  const { ca, cert, key } = iso.certificates;
  api = await serveApi({ clock: systemClock, traffic: noTraffic, tokens: [], tls: { ca, cert, key, clientCa: ca } }, 0);
  for (const definition of openshiftDefinitions()) api.define(definition);
  const complete = Promise.resolve();
  await rollOutOperators({ clock: systemClock }, { ...iso, complete, delayMs: () => 1 }, kubeClientOn(api.local({}), systemClock));
  await relay(Number(new URL(api.url).port), 6443);
  await onMachine(
    'jumphost',
    `nft add table ip newcluster; nft add chain ip newcluster out '{ type nat hook output priority -100; }'; nft add rule ip newcluster out ip daddr ${iso.rendezvousIP} tcp dport 6443 redirect to :6443`,
  );
}

async function startAgent(): Promise<void> {
  const { remoteciId, apiSecret } = await ensureLab(server.server.deps, { name: 'tiny', team: 'labs' });
  mkdirSync(join(box.folder, 'bin'));
  installer(`exec '${process.execPath}' '${join(packageRoot(), 'bin/labwright.js')}' rehearsal openshift-install "$@"`);
  writeFileSync(join(box.folder, 'pull-secret.json'), '{"auths":{"quay.io":{"auth":"dGlueTp0aW55"}}}');
  const options = ['--server', `http://127.0.0.1:${PORT}`, '--lab', box.labFolder, '--data', join(box.folder, 'agent')];
  const env = {
    DCI_CLIENT_ID: `remoteci/${remoteciId}`,
    DCI_API_SECRET: apiSecret,
    PATH: `${join(box.folder, 'bin')}:${process.env['PATH']}`,
    TMPDIR: box.folder,
  };
  const program = join(packageRoot(), 'bin/labwright.js');
  await started(onJumphost([process.execPath, program, 'agent', ...options, '--pull-secret', join(box.folder, 'pull-secret.json')], env), /working/);
}

/** What the agent finds as `openshift-install`. */
function installer(script: string): void {
  const path = join(box.folder, 'bin/openshift-install');
  rmSync(path, { force: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A program that goes on, on the jumphost with its files and processes. */
function onJumphost(command: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const pid = readFileSync(join(box.folder, 'jumphost/pid'), 'utf8').trim();
  const inside = ['--target', pid, '--mount', '--pid', '--net', '--uts', '--', ...command];
  const child = spawn('nsenter', inside, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  processes.push(child);
  return child;
}

async function started(child: ChildProcess, pattern: RegExp): Promise<void> {
  let said = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      agentSaid += chunk;
    });
  for (let turn = 0; !pattern.test(said); turn++) {
    assert.ok(child.exitCode === null && turn < 2400, said);
    await realSleep(50);
  }
}

function redeploy(more: Partial<RunJob> = {}): RunJob {
  return runJob('redeploy-sno2', { action: 'redeploy', cluster: 'sno2', ...more });
}

async function start(jobs: readonly RunJob[]): Promise<string> {
  const { run } = await client.createRun({ body: { name: 'farm', lab: 'tiny', jobs: jobs.map((job) => ({ ...job, componentIds: [componentId] })) } });
  return run.id;
}

/** The run's last job, as soon as it is so; as it is after a while otherwise. */
async function jobUntil(runId: string, enough: (job: RunJobState) => boolean): Promise<RunJobState> {
  for (const until = performance.now() + LIMIT_MS; ; await realSleep(200)) {
    const { run } = await client.getRun({ params: { runId } });
    const job = run.jobs.at(-1)!;
    if (enough(job) || performance.now() > until) return job;
  }
}

function isOver(status: RunJobState['status']): boolean {
  return !['waiting', 'leased', 'running'].includes(status);
}

async function reportOf(runId: string, job: RunJobState, name: string): Promise<CheckReport> {
  const file = job.files.find((one) => one.name === name);
  assert.ok(file, JSON.stringify(job.files));
  return JSON.parse(await page(`/runs/${runId}/jobs/${job.id}/files/${file.id}`)) as CheckReport;
}

async function page(path: string): Promise<string> {
  const { url, port } = server.server;
  const answer = await fetch(`${url}${path}`, { headers: { cookie: `labwright-${port}=${TOKEN}` } });
  assert.equal(answer.status, 200, path);
  return answer.text();
}

async function generation(): Promise<string> {
  return /generation="(\d+)"/.exec((await onMachine('server1', `${VIRSH} dumpxml mno1-master-2`)).stdout)![1]!;
}

/** A node that has just started answers after a while. */
async function untilSsh(node: string, command: string): Promise<{ readonly stdout: string }> {
  for (let turn = 0; ; turn++) {
    const done = await lab('ssh', node, '--lab', box.labFolder, '--user', 'root', '--', command);
    if (done.exitCode === 0 || turn === 40) return done;
    await realSleep(1000);
  }
}

function lab(...args: readonly string[]): ReturnType<ReturnType<Box['inNetwork']>> {
  const command = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'lab', ...args];
  return box.inNetwork('jumphost')(command, { okExitCodes: [0, 1, 2, 255], env: { TMPDIR: box.folder } });
}

async function dig(...query: readonly string[]): Promise<string> {
  return (await box.inNetwork('jumphost')(['dig', '@192.168.77.1', '+tries=2', ...query])).stdout;
}

function onMachine(machine: string, script: string): ReturnType<ReturnType<Box['inMachine']>> {
  return box.inMachine(machine)(['sh', '-c', script]);
}
