import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { EMPTY_LOCK } from '../../src/lab/lock.ts';
import { planLab } from '../../src/lab/plan-lab.ts';
import type { LabPlan, PlannedMachine } from '../../src/lab/plan.ts';
import { bmcCertificate } from '../../src/machines/bmc/bmc-certificate.ts';
import type { BmcEvent } from '../../src/machines/bmc/bmc-event.ts';
import { machineCredentials } from '../../src/machines/bmc/credentials.ts';
import { createLibvirtBackend } from '../../src/machines/bmc/libvirt-backend.ts';
import { serveBmc, type BmcService } from '../../src/machines/bmc/serve-bmc.ts';
import { domainXml } from '../../src/machines/changes/machine-changes.ts';
import { defineDomain } from '../../src/machines/doors/virsh.ts';
import { makeFolders } from '../../src/machines/doors/volumes.ts';
import { labPaths } from '../../src/machines/lab-paths.ts';
import { realSleep } from '../../src/util/clock.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { downBox, upBox, type Box } from './box.ts';
import { buildNodeImage } from './node-image.ts';
import { boxObstacle } from './packages.ts';
import { pythonWith } from './python-venv.ts';
import { writeUefiIso } from './uefi-iso.ts';

const prefix = `lwbox-uefi-${createHash('sha256').update(packageRoot()).digest('hex').slice(0, 8)}`;
const skip = process.env['CI'] === 'true' ? undefined : boxObstacle();
const IMAGE = 'http://192.168.77.1:8080/store/discovery?key=secret';
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
  // The form that machines of real clusters have, with less of everything.
  const full = { firmware: 'efi', memoryMiB: 1024, vcpus: 2, directBoot: undefined } as const;
  plan = { ...planned, machines: planned.machines.map((one) => ({ ...one, ...full })) };
  machine = plan.machines.find(({ server }) => server === 'server2')!;
  const vms = createLibvirtBackend({ plan, server: box.inMachine, credentials: machineCredentials(plan, 'secret'), verifyImageTls: true });
  const tls = await bmcCertificate(join(box.folder, 'bmc'), 'localhost');
  service = await serveBmc(vms, { host: '127.0.0.1', port: 0, tls }, { onCall: (event) => events.push(event) });
  const www = join(box.folder, 'www/store');
  mkdirSync(www, { recursive: true });
  await writeUefiIso(await buildNodeImage(console.log), join(www, 'discovery'));
  await box.inMachine('jumphost')(['busybox', 'httpd', '-p', '8080', '-h', join(box.folder, 'www')]);
});
after(async () => {
  if (skip !== undefined) return;
  await service?.[Symbol.asyncDispose]();
  await downBox(prefix);
});

test('a machine in its full form is defined, and its UEFI firmware without secure boot starts', { skip }, async () => {
  const exec = box.inMachine('server2');
  await exec(['ip', 'link', 'add', 'name', 'br0', 'type', 'bridge']);
  await exec(['sh', '-c', 'cat | virsh -c qemu:///system net-create /dev/stdin'], {
    stdin: '<network><name>baremetal</name><forward mode="bridge"/><bridge name="br0"/></network>',
  });
  await makeFolders(exec, plan, 'server2', new AbortController().signal);
  await exec(['qemu-img', 'create', '-q', '-f', 'qcow2', `${labPaths(plan).imagesDir}/${machine.name}.qcow2`, '1G']);
  await defineDomain(exec, domainXml(plan, machine, 1), new AbortController().signal);
  await virsh('start', machine.uuid);
  const xml = await virsh('dumpxml', machine.uuid);
  assert.match(xml, /machine='pc-q35-/);
  assert.match(xml, /<feature enabled='no' name='secure-boot'\/>/);
  assert.match(xml, /<loader [^>]*type='pflash'[^>]*>[^<]*OVMF/);
  assert.match(xml, /<nvram[^>]*>/);
  assert.match(xml, /<controller type='scsi' index='0' model='virtio-scsi'>/);
  await consoleSays(/BdsDxe: /);
});

test('sushy deploys it as Ironic does: the image that it inserts boots', { skip }, async () => {
  const python = await pythonWith(['sushy==5.14.0']);
  const { username, password } = machineCredentials(plan, 'secret').get(machine.name)!;
  const system = `/redfish/v1/Systems/${machine.uuid}`;
  const url = service.url.replace('127.0.0.1', 'localhost');
  const script = join(import.meta.dirname, 'sushy-client.py');
  await box.inMachine('server2')(['truncate', '--size', '0', logFile()]);
  const certificate = join(box.folder, 'bmc/localhost.crt');
  const client = spawn(python, [script, url, system, username, password, certificate, IMAGE], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(client, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: client.stdout })) {
    said.push(line);
    if (line !== 'on') continue;
    await consoleSays(/tiny node is up/);
    client.stdin.end('\n');
  }
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(said, [
    'wrong password refused',
    'systems 1',
    `system ${machine.name} True`,
    `inspection 1 2 [${machine.disks.map(({ sizeGiB }) => sizeGiB * 2 ** 30).join(', ')}]`,
    `interfaces ['${machine.mac}']`,
    "mode UEFI ['Cd', 'Hdd', 'Pxe']",
    'inserted True True discovery',
    'by manager True True',
    'boot Cd Once',
    'after boot None Disabled',
    'on',
    'ejected False',
    'boot Hdd Continuous',
    'off',
  ]);
  const media = await box.inMachine('server2')(['ls', '-A', `${labPaths(plan).imagesDir}/media`]);
  assert.equal(media.stdout, '', 'the image is gone when no machine has it');
});

test('every call was told: what was changed, by whom, and what was refused, without the key of the image', { skip }, () => {
  assert.deepEqual(
    events.filter(({ changes }) => changes).map(({ what, status }) => `${what} ${status}`),
    [
      'reset ForceOff 204',
      'insert http://192.168.77.1:8080/…/discovery 204',
      'boot Cd Once 204',
      'reset On 204',
      'eject 204',
      'eject 204',
      'boot Hdd Continuous 204',
      'reset ForceRestart 204',
      'reset ForceOff 204',
    ],
  );
  assert.equal(events[0]?.status, 401);
  assert.ok(events.every((event) => event.machine === machine.name && event.client === '127.0.0.1'));
  assert.doesNotMatch(JSON.stringify(events), /secret/);
});

test('the certificate that it kept is readable for its owner only', { skip }, () => {
  assert.equal(statSync(join(box.folder, 'bmc/localhost.key')).mode & 0o777, 0o600);
});

function logFile(): string {
  return `${labPaths(plan).logsDir}/${machine.name}.log`;
}

/** Waits for the machine to say so on its serial console. Emulated firmware takes its time. */
async function consoleSays(wanted: RegExp): Promise<void> {
  let said = '';
  for (let turn = 0; turn < 600 && !wanted.test(said); turn++) {
    await realSleep(500);
    said = (await box.inMachine('server2')(['cat', logFile()], { okExitCodes: [0, 1] })).stdout;
  }
  assert.match(said, wanted);
}

async function virsh(...args: readonly string[]): Promise<string> {
  return (await box.inMachine('server2')(['virsh', '--connect', 'qemu:///system', ...args])).stdout;
}
