import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { realSleep } from '../../src/util/clock.ts';
import { LabwrightError } from '../../src/util/errors.ts';
import { localExec, run, type Exec } from '../../src/util/exec.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { buildNodeImage, type NodeImage } from './node-image.ts';
import { installPackages } from './packages.ts';

/** A lab in network namespaces: a switch, a jumphost and two servers, each with its own files, processes and sshd. */
export interface Box {
  readonly prefix: string;
  /** Holds `lab/lab.yml`, for the command line. */
  readonly folder: string;
  readonly labFolder: string;
  /** Runs a command on the network of one machine, with this computer's files. */
  readonly inNetwork: (machine: string) => Exec;
  /** Runs a command as on the machine itself: its files, its processes. */
  readonly inMachine: (machine: string) => Exec;
}

export const MACHINES = ['jumphost', 'server1', 'server2'] as const;

/** The machines of a box with that many servers. */
function machinesOf(servers: number): readonly string[] {
  return ['jumphost', ...Array.from({ length: servers }, (_, index) => `server${index + 1}`)];
}

/** The jumphost has .1, server1 .2, and so on. */
function addressOf(machine: string): string {
  return `192.168.77.${machine === 'jumphost' ? 1 : Number(machine.slice('server'.length)) + 1}`;
}

/** Not under /var/lib, /var/log or /var/cache, which the machines lay over; not on a tmpfs, where O_DIRECT may fail. */
export function boxFolder(prefix: string): string {
  return join('/var/tmp', prefix);
}

/** Makes a box; what an earlier one of that prefix left is taken away first. */
export async function upBox(prefix: string, log: (line: string) => void, servers = 2): Promise<Box> {
  await installPackages(log);
  const image = await buildNodeImage(log);
  await downBox(prefix);
  const folder = boxFolder(prefix);
  mkdirSync(join(folder, 'keys'), { recursive: true });
  const machines = machinesOf(servers);
  await makeKeys(folder, machines);
  await makeSwitch(prefix, machines);
  for (const machine of machines) await startMachine(prefix, folder, machine);
  await Promise.all(machines.map((machine) => untilUp(folder, machine)));
  writeLab(folder, image, machines);
  return openBox(prefix);
}

/** A box that is up. */
export function openBox(prefix: string): Box {
  const folder = boxFolder(prefix);
  return {
    prefix,
    folder,
    labFolder: join(folder, 'lab'),
    inNetwork: (machine) => (command, options) => run(machine, command, ['ip', 'netns', 'exec', `${prefix}-${machine}`, ...command], options ?? {}),
    inMachine: (machine) => (command, options) => {
      const target = readFileSync(join(folder, machine, 'pid'), 'utf8').trim();
      return run(machine, command, ['nsenter', '--target', target, '--mount', '--pid', '--net', '--uts', '--', ...command], options ?? {});
    },
  };
}

/** Takes a box away whole, also one that a killed process left half-made. */
export async function downBox(prefix: string): Promise<void> {
  // Everything that runs on these networks is the box's; ending a machine's first process ends all of its.
  const running = await boxProcesses(prefix);
  for (const pid of running) kill(pid);
  while (running.some(isRunning)) await realSleep(50);
  for (const space of await namespaces(prefix)) await localExec(['ip', 'netns', 'delete', space]);
  rmSync(boxFolder(prefix), { recursive: true, force: true });
}

/** The namespaces of a box that exist now. */
export async function namespaces(prefix: string): Promise<string[]> {
  const { stdout } = await localExec(['ip', 'netns', 'list']);
  const own = new RegExp(`^${prefix}-(switch|jumphost|server\\d+)$`);
  return stdout
    .split('\n')
    .map((line) => line.split(' ')[0]!)
    .filter((name) => own.test(name));
}

/** Processes on the networks of a box. */
export async function boxProcesses(prefix: string): Promise<number[]> {
  return (await Promise.all((await namespaces(prefix)).map(processes))).flat();
}

async function processes(space: string): Promise<number[]> {
  return (await localExec(['ip', 'netns', 'pids', space])).stdout.split('\n').filter(Boolean).map(Number);
}

/** Whether a process runs; one that ended and was not yet waited for does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with its machine.
  }
}

async function makeKeys(folder: string, machines: readonly string[]): Promise<void> {
  const keys = join(folder, 'keys');
  for (const name of ['user', ...machines]) await localExec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)]);
  for (const machine of machines) {
    const [type, key] = readFileSync(join(keys, `${machine}.pub`), 'utf8').split(' ');
    appendFileSync(join(keys, 'known_hosts'), `${addressOf(machine)} ${type} ${key}\n`);
  }
}

/** The switch is a bridge in a namespace of its own; each machine's eno2 is a cable to it. */
async function makeSwitch(prefix: string, machines: readonly string[]): Promise<void> {
  const space = `${prefix}-switch`;
  const ip = (...args: string[]): ReturnType<Exec> => localExec(['ip', ...args]);
  await ip('netns', 'add', space);
  await ip('-n', space, 'link', 'add', 'name', 'sw0', 'type', 'bridge', 'forward_delay', '0', 'stp_state', '0');
  await ip('-n', space, 'link', 'set', 'sw0', 'up');
  for (const machine of machines) {
    await ip('netns', 'add', `${prefix}-${machine}`);
    await ip('-n', space, 'link', 'add', 'name', machine, 'type', 'veth', 'peer', 'name', 'eno2', 'netns', `${prefix}-${machine}`);
    await ip('-n', space, 'link', 'set', machine, 'master', 'sw0', 'up');
  }
}

async function startMachine(prefix: string, folder: string, machine: string): Promise<void> {
  const own = join(folder, machine);
  mkdirSync(own, { recursive: true });
  const log = openSync(join(own, 'init.log'), 'w');
  const role = machine === 'jumphost' ? 'jumphost' : 'server';
  const init = [join(import.meta.dirname, 'node-init.sh'), folder, machine, role, addressOf(machine), addressOf('jumphost')];
  const isolate = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts', '--propagation', 'private', 'bash', ...init];
  const child = spawn('ip', ['netns', 'exec', `${prefix}-${machine}`, ...isolate], { detached: true, stdio: ['ignore', log, log] });
  child.unref();
  // `ip` becomes `unshare`, whose child is the machine's first process.
  const outer = child.pid!;
  const children = `/proc/${outer}/task/${outer}/children`;
  while (!existsSync(children) || readFileSync(children, 'utf8').trim() === '') {
    if (child.exitCode !== null) throw new LabwrightError('exec_failed', `${machine} did not start: ${readFileSync(join(own, 'init.log'), 'utf8')}`);
    await realSleep(20);
  }
  writeFileSync(join(own, 'pid'), readFileSync(children, 'utf8').trim());
}

async function untilUp(folder: string, machine: string): Promise<void> {
  const own = join(folder, machine);
  const pid = readFileSync(join(own, 'pid'), 'utf8');
  while (!existsSync(join(own, 'up'))) {
    if (!existsSync(`/proc/${pid}`)) throw new LabwrightError('exec_failed', `${machine} did not come up: ${readFileSync(join(own, 'init.log'), 'utf8')}`);
    await realSleep(50);
  }
}

/** The example lab, with what is true of this box only: keys, and the files that its VMs boot. */
function writeLab(folder: string, image: NodeImage, machines: readonly string[]): void {
  const document = parseDocument(readFileSync(join(packageRoot(), 'examples/tiny-lab/lab.yml'), 'utf8'));
  for (const machine of machines) {
    const ssh = { host: addressOf(machine), identity_file: join(folder, 'keys/user'), known_hosts_file: join(folder, 'keys/known_hosts') };
    const server = ['servers', machine];
    if (machine !== 'jumphost' && !document.hasIn(server))
      document.setIn(server, document.createNode({ address: addressOf(machine), nic: 'eno2', cpus: 4, memory: '2GiB', disk: '20GiB' }));
    document.setIn(machine === 'jumphost' ? ['jumphost', 'ssh'] : ['servers', machine, 'ssh'], document.createNode(ssh));
  }
  const key = readFileSync(join(folder, 'keys/user.pub')).toString('base64');
  // In the box, where QEMU's account may read it; the cache is in root's home.
  const direct = { kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd'), cmdline: `${image.cmdline} labwright.key=${key}` };
  copyFileSync(image.kernel, direct.kernel);
  copyFileSync(image.initrd, direct.initrd);
  document.set('direct_boot', document.createNode(direct));
  mkdirSync(join(folder, 'lab'), { recursive: true });
  writeFileSync(join(folder, 'lab/lab.yml'), document.toString({ lineWidth: 0 }));
}
