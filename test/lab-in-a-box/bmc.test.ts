import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import type { LabPlan, PlannedMachine } from '../../src/lab/plan.ts';
import type { Bmc } from '../../src/machines/bmc/bmc.ts';
import { machineCredentials } from '../../src/machines/bmc/credentials.ts';
import { createOpenBmc } from '../../src/machines/bmc/redfish-client.ts';
import { serveBmc, type BmcService } from '../../src/machines/bmc/serve-bmc.ts';
import type { BmcEvent } from '../../src/machines/bmc/bmc-event.ts';
import { createLibvirtBackend } from '../../src/machines/bmc/libvirt-backend.ts';
import { labPaths } from '../../src/machines/lab-paths.ts';
import { prepareHost } from '../../src/machines/prepare/prepare-lab.ts';
import { REQUIREMENTS } from '../../src/machines/prepare/requirements.ts';
import { domainXml } from '../../src/machines/changes/machine-changes.ts';
import { defineDomain } from '../../src/machines/doors/virsh.ts';
import { makeFolders } from '../../src/machines/doors/volumes.ts';
import { realSleep, systemClock } from '../../src/util/clock.ts';
import { directDial } from '../../src/util/dial.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { bootableIso, bootSector } from './boot-images.ts';
import { downBox, upBox, type Box } from './box.ts';
import { boxObstacle } from './packages.ts';
import { pythonWith } from './python-venv.ts';

const prefix = `lwbox-bmc-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const never = new AbortController().signal;
const silent = { stage: () => undefined, line: () => undefined, ended: () => undefined };
const IMAGE = 'http://192.168.77.1:8080/cd.iso?token=secret';
const events: BmcEvent[] = [];
let box: Box;
let plan: LabPlan;
let machine: PlannedMachine;
let service: BmcService;

before(async () => {
  if (skip !== undefined) return;
  box = await upBox(prefix, console.log);
  const path = join(box.labFolder, 'lab.yml');
  const planned = planLab(path, readFileSync(path, 'utf8'), EMPTY_LOCK).plan;
  assert.ok(planned);
  // Without the kernel that tiny nodes are given: this one boots what its BMC says.
  plan = { ...planned, machines: planned.machines.map((one) => ({ ...one, directBoot: undefined })) };
  machine = plan.machines.find(({ server }) => server === 'server2')!;
  service = await serve();
  await defineMachine();
  await serveImage();
});
after(async () => {
  if (skip !== undefined) return;
  await service?.[Symbol.asyncDispose]();
  await downBox(prefix);
});

test('an empty machine is off until its BMC turns it on; a wrong password does not', { skip }, async () => {
  await assert.rejects(bmc('wrong').reset('On'), { code: 'unauthorized' });
  assert.equal(await bmc().power(), 'Off');
  await bmc().reset('On');
  assert.equal(await bmc().power(), 'On');
  assert.match(await domstate(), /running/);
  await consoleSays(['disk']); // An empty CD and a disk: nothing was told to boot.
});

test('media goes into a running machine and out again, and its file with it', { skip }, async () => {
  await bmc().insertMedia(IMAGE);
  assert.deepEqual(await bmc().media(), { inserted: true, image: IMAGE });
  assert.match(await dump(), /<source file='[^']*\/media\/[0-9a-f]{32}\.iso'/);
  await bmc().insertMedia(IMAGE);
  await bmc().ejectMedia();
  assert.deepEqual(await bmc().media(), { inserted: false, image: undefined });
  assert.doesNotMatch(await dump(), /\.iso/);
  assert.equal((await box.inMachine('server2')(['ls', `${labPaths(plan).imagesDir}/media`])).stdout, '');
});

test('Once boots the CD over an installed disk, and the guest’s own reboot goes to the disk', { skip }, async () => {
  await bmc().reset('ForceOff');
  assert.match(await domstate(), /shut off/);
  const defined = await dump('--inactive');
  await bmc().insertMedia(IMAGE);
  await bmc().bootOnce('Cd');
  await forgetConsole();
  await bmc().reset('On');
  await consoleSays(['cd', 'disk']);
  await bmc().ejectMedia();
  await forgetConsole();
  await bmc('', 'job/restart').reset('ForceRestart');
  await consoleSays(['disk']);
  const { tookMs: _, ...told } = events.findLast(({ changes }) => changes)!;
  assert.deepEqual(told, {
    machine: machine.name,
    what: 'reset ForceRestart',
    changes: true,
    cause: 'job/restart',
    client: '127.0.0.1',
    status: 204,
    error: undefined,
  });
  assert.equal(withoutMetadata(await dump('--inactive')), withoutMetadata(defined));
});

test('a service that starts again knows the media, and a restart turns a machine on that is off', { skip }, async () => {
  await bmc().insertMedia(IMAGE);
  await service[Symbol.asyncDispose]();
  service = await serve();
  assert.equal((await bmc().media()).image, IMAGE);
  await bmc().reset('ForceOff');
  await bmc().reset('ForceOff');
  assert.equal(await bmc().power(), 'Off');
  await bmc().reset('ForceRestart');
  assert.equal(await bmc().power(), 'On');
});

test('an image that is not there is refused, and the machine keeps what it had', { skip }, async () => {
  await assert.rejects(bmc().insertMedia('http://192.168.77.1:8080/missing.iso'));
  assert.equal((await bmc().media()).image, IMAGE);
});

test('the agent of a lab serves its BMCs on the jumphost, with the credentials of the lab’s secret', { skip }, async () => {
  await withAgent([], async (call) => {
    assert.match((await call('')).body, /"PowerState":"On"/);
    assert.equal((await call('', {}, 'wrong')).status, 401);
  });
});

test('sushy-tools on a server can do what labwright’s own BMCs do, behind the same address and credentials', { skip }, async () => {
  const venv = dirname(dirname(await pythonWith(['sushy-tools==2.2.0'], { systemPackages: true })));
  const exec = box.inMachine('server2');
  // The box has no way out: what pip would fetch is laid there.
  await exec(['sh', '-c', 'mkdir -p /var/lib/labwright && cp -a "$1" /var/lib/labwright/sushy-tools', 'sh', venv]);
  const others = REQUIREMENTS.map(({ id }) => id).filter((id) => id !== 'POOL');
  const options = { targets: [], skip: [...others, 'BRIDGE'], sushyToolsPort: 8082, check: false, signal: never };
  const prepare = () => prepareHost({ name: 'server2', exec, freshExec: exec }, { plan, host: 'server2', role: 'hypervisor' }, options, silent);
  assert.deepEqual(
    (await prepare()).map(({ name, status }) => `${name} ${status}`),
    ['POOL done', 'SUSHY-TOOLS done'],
  );
  assert.deepEqual(await prepare(), []);
  await bmc().ejectMedia();
  await exec(['virsh', '--connect', 'qemu:///system', 'destroy', machine.uuid]);
  // The server’s address is on its bridge once a lab is applied; here the NIC has it.
  await withAgent(['--sushy-tools', '8082'], async (call) => {
    assert.match((await call('')).body, /"PowerState":"Off"/);
    assert.equal((await call('', {}, 'wrong')).status, 401);
    assert.equal((await call('/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia', { Image: IMAGE })).status, 204);
    assert.match((await call('/VirtualMedia/Cd')).body, /"Inserted":true/);
    assert.equal((await call('/Actions/ComputerSystem.Reset', { ResetType: 'On' })).status, 204);
    assert.match((await call('')).body, /"PowerState":"On"/);
    assert.equal((await call('/Actions/ComputerSystem.Reset', { ResetType: 'ForceOff' })).status, 204);
    assert.equal((await call('/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia', {})).status, 204);
    assert.match((await call('/VirtualMedia/Cd')).body, /"Inserted":false/);
  });
  assert.match(await domstate(), /shut off/);
});

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Calls the machine's BMC through an agent on the jumphost; with a body it posts. */
async function withAgent(
  options: readonly string[],
  use: (call: (path: string, body?: object, password?: string) => Promise<Reply>) => Promise<void>,
): Promise<void> {
  const data = join(box.folder, `up${options.length}`);
  const stop = new AbortController();
  const command = [process.execPath, join(packageRoot(), 'bin/labwright.js'), 'up', '--lab', box.labFolder, '--data', data, '--port', '0', ...options];
  const up = box.inNetwork('jumphost')(command, { signal: stop.signal });
  const ended = up.catch((error: unknown) => error);
  const at = 'https://192.168.77.1:8443/redfish/v1';
  const curl = (...args: readonly string[]) => box.inNetwork('jumphost')(['curl', '-sk', '--max-time', '60', ...args], { okExitCodes: [0, 7, 28] });
  try {
    const gone = { now: false };
    void ended.then(() => (gone.now = true));
    while (!gone.now && (await curl(`${at}/`)).stdout === '') await realSleep(200);
    const secret = readFileSync(join(data, 'agent/lab-secret'), 'utf8').trim();
    const { username, password } = machineCredentials(plan, secret).get(machine.name)!;
    await use(async (path, body, other) => {
      const post = body && Object.keys(body).length > 0 ? ['-d', JSON.stringify(body)] : body && path !== '' ? ['-X', 'POST'] : [];
      const { stdout } = await curl('-u', `${username}:${other ?? password}`, '-w', '\n%{http_code}', ...post, `${at}/Systems/${machine.uuid}${path}`);
      const end = stdout.lastIndexOf('\n');
      return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
    });
  } finally {
    stop.abort(new Error('the test is over'));
    await ended;
  }
}

function serve(): Promise<BmcService> {
  const vms = createLibvirtBackend({ plan, server: box.inMachine, credentials: machineCredentials(plan, 'secret'), verifyImageTls: true });
  return serveBmc(vms, { host: '127.0.0.1', port: 0, tls: undefined }, { onCall: (event) => events.push(event) });
}

/** Disk and CD of the machine say their word on the console; the CD then resets the machine. */
async function defineMachine(): Promise<void> {
  const exec = box.inMachine('server2');
  await box.inMachine('server2')(['ip', 'link', 'add', 'name', 'br0', 'type', 'bridge']);
  await exec(['sh', '-c', 'cat | virsh -c qemu:///system net-create /dev/stdin'], {
    stdin: '<network><name>baremetal</name><forward mode="bridge"/><bridge name="br0"/></network>',
  });
  await makeFolders(exec, plan, 'server2', never);
  writeFileSync(join(box.folder, 'disk.raw'), Buffer.concat([bootSector('booted disk', 'halt'), Buffer.alloc(8 * 1024 * 1024 - 512)]));
  await exec(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', join(box.folder, 'disk.raw'), `${labPaths(plan).imagesDir}/${machine.name}.qcow2`]);
  await defineDomain(exec, domainXml(plan, machine, 1), never);
}

async function serveImage(): Promise<void> {
  const www = join(box.folder, 'www');
  mkdirSync(www);
  writeFileSync(join(www, 'cd.iso'), bootableIso(bootSector('booted cd', 'reboot')));
  await box.inMachine('jumphost')(['busybox', 'httpd', '-p', '8080', '-h', www]);
}

function bmc(password = '', cause?: string): Bmc {
  const right = machineCredentials(plan, 'secret').get(machine.name)!;
  const url = `${service.url}/redfish/v1/Systems/${machine.uuid}`;
  const open = createOpenBmc({ clock: systemClock, dial: directDial, tls: {} });
  return open({ url, username: right.username, password: password === '' ? right.password : password }, cause);
}

/** Waits until the console holds exactly these words, in order. */
async function consoleSays(words: readonly string[]): Promise<void> {
  const wanted = words.map((word) => `booted ${word}`);
  let said: readonly string[] = [];
  for (let turn = 0; turn < 300 && said.join() !== wanted.join(); turn++) {
    await realSleep(200);
    said = [...(await consoleText()).matchAll(/booted (cd|disk)\b/g)].map((match) => match[0]);
  }
  assert.deepEqual(said, wanted);
}

async function consoleText(): Promise<string> {
  return (await box.inMachine('server2')(['cat', `${labPaths(plan).logsDir}/${machine.name}.log`])).stdout;
}

async function forgetConsole(): Promise<void> {
  await box.inMachine('server2')(['truncate', '--size', '0', `${labPaths(plan).logsDir}/${machine.name}.log`]);
}

async function dump(...options: readonly string[]): Promise<string> {
  return (await box.inMachine('server2')(['virsh', '--connect', 'qemu:///system', 'dumpxml', machine.uuid, ...options])).stdout;
}

async function domstate(): Promise<string> {
  return (await box.inMachine('server2')(['virsh', '--connect', 'qemu:///system', 'domstate', machine.uuid])).stdout;
}

function withoutMetadata(xml: string): string {
  return xml.replace(/<metadata>.*<\/metadata>/s, '');
}
