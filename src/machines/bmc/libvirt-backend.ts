import { timingSafeEqual } from 'node:crypto';
import type { LabPlan } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Exec } from '../../util/exec.ts';
import { virsh, virshDocument } from '../doors/virsh.ts';
import type { BmcBackend, ResetType } from './bmc.ts';
import { restoreOrderCommands, withBootFirst } from './boot-order.ts';
import type { BmcCredentials } from './credentials.ts';
import { readOverride, writeOverride } from './domain-override.ts';
import { emptyDrive, fetchImage, loadDrive } from './virtual-media.ts';

export interface LibvirtBackendDeps {
  readonly plan: LabPlan;
  /** How a server of the plan is told what to do. */
  readonly server: (name: string) => Exec;
  /** By machine name. */
  readonly credentials: ReadonlyMap<string, BmcCredentials>;
  readonly verifyImageTls: boolean;
  /** Told of every call that changes something. `cause` is the step that asked. */
  readonly audit: (event: BmcEvent) => void;
}

export interface BmcEvent {
  readonly machine: string;
  /** `reset ForceOff`, `insert …`. */
  readonly what: string;
  readonly cause: string | null;
}

/**
 * The BMCs of a lab's VMs: libvirt domains seen as Redfish systems (reference/lab-and-libvirt.md §3.4).
 *
 * Power that is asked for takes effect: a restart of a machine that is off turns it on. Media goes in and out of a running
 * machine. Once is spent by the next boot, also when the guest itself reboots after it. Boot overrides and images are kept
 * with the domain, so a service that starts again knows them.
 */
export function createLibvirtBackend(deps: LibvirtBackendDeps): BmcBackend {
  const vms = new Map(deps.plan.machines.filter((machine) => machine.kind === 'vm').map((machine) => [machine.uuid, machine]));
  const queues = new Map<string, Promise<unknown>>();

  function execOf(id: string): Exec {
    const machine = vms.get(id);
    if (!machine) throw new LabwrightError('not_found', `the plan has no VM ${id}`);
    return deps.server(machine.server);
  }

  /** One change at a time per machine: a reset must not overtake the media that came before it. */
  function change<T>(id: string, what: string, cause: string | null, work: (exec: Exec) => Promise<T>): Promise<T> {
    const exec = execOf(id);
    deps.audit({ machine: vms.get(id)!.name, what, cause });
    const turn = (queues.get(id) ?? Promise.resolve()).then(() => work(exec));
    queues.set(
      id,
      turn.catch(() => undefined),
    );
    return turn;
  }

  return {
    systems: () => Promise.resolve([...vms.values()].map(({ uuid, name, mac, vcpus, memoryMiB }) => ({ id: uuid, name, mac, vcpus, memoryMiB }))),
    power: async (id) => ((await isOn(execOf(id), id)) ? 'On' : 'Off'),
    reset: (id, type, cause) => change(id, `reset ${type}`, cause, (exec) => reset(exec, id, type)),
    insertMedia: (id, imageUrl) =>
      change(id, 'insert media', null, async (exec) => {
        const file = await fetchImage(exec, deps.plan, imageUrl, { verifyTls: deps.verifyImageTls });
        await loadDrive(exec, id, file);
        await writeOverride(exec, id, { ...(await readOverride(exec, id)), image: imageUrl, file });
      }),
    ejectMedia: (id) =>
      change(id, 'eject media', null, async (exec) => {
        const override = await readOverride(exec, id);
        if (override.file === undefined) return;
        await writeOverride(exec, id, { ...override, image: undefined, file: undefined });
        await emptyDrive(exec, id, override.file);
      }),
    media: async (id) => (await readOverride(execOf(id), id)).image,
    setBoot: (id, target, enabled) =>
      change(id, `boot ${target} ${enabled}`, null, async (exec) => {
        const boot = enabled === 'Disabled' ? ({ target: 'None', enabled } as const) : { target, enabled };
        await writeOverride(exec, id, { ...(await readOverride(exec, id)), ...boot });
      }),
    boot: async (id) => {
      const { target, enabled } = await readOverride(execOf(id), id);
      return { target, enabled };
    },
    authenticate(id, username, password) {
      const expected = deps.credentials.get(vms.get(id)?.name ?? '');
      return expected !== undefined && username === expected.username && equalSecrets(password, expected.password);
    },
  };
}

async function reset(exec: Exec, id: string, type: ResetType): Promise<void> {
  const on = await isOn(exec, id);
  switch (type) {
    case 'On':
    case 'ForceOn':
      return on ? resumeIfPaused(exec, id) : start(exec, id);
    case 'ForceOff':
      return on ? stop(exec, id) : undefined;
    case 'GracefulShutdown':
      if (on) await virsh(exec, ['shutdown', id, '--mode', 'acpi']);
      return;
    case 'GracefulRestart':
      if (!on) return start(exec, id);
      await virsh(exec, ['reboot', id, '--mode', 'acpi']);
      return;
    case 'ForceRestart':
      // A power cycle, because a boot override is read at a start only.
      if (on) await stop(exec, id);
      return start(exec, id);
    case 'Nmi':
      if (on) await virsh(exec, ['inject-nmi', id]);
      return;
    default:
      return type satisfies never;
  }
}

/** libvirt's `paused` is a machine with power, too. */
async function isOn(exec: Exec, id: string): Promise<boolean> {
  const { exitCode, stdout, stderr } = await virsh(exec, ['domstate', id], { okExitCodes: [0, 1] });
  if (exitCode === 0) return !/^(shut off|crashed)/.test(stdout);
  if (!/failed to get domain/.test(stderr)) throw new LabwrightError('exec_failed', `libvirt cannot say whether ${id} is on: ${stderr.trim()}`);
  throw new LabwrightError('refused', `the VM ${id} does not exist`, { hint: 'labwright lab apply makes it' });
}

async function stop(exec: Exec, id: string): Promise<void> {
  await virsh(exec, ['destroy', id]);
}

/**
 * Starts a machine with its override, without changing what is defined: `create` of a defined domain runs it with another
 * document once. It stays paused until the override is spent, so that a crash in between cannot boot it twice from there.
 */
async function start(exec: Exec, id: string): Promise<void> {
  const override = await readOverride(exec, id);
  if (override.target === 'None') {
    await virsh(exec, ['start', id]);
    return;
  }
  const planned = (await virsh(exec, ['dumpxml', '--inactive', '--security-info', id])).stdout;
  await virshDocument(exec, ['create', '--paused'], withBootFirst(planned, override.target));
  if (override.enabled === 'Once') {
    await writeOverride(exec, id, { ...override, target: 'None', enabled: 'Disabled' });
    const live = (await virsh(exec, ['dumpxml', id])).stdout;
    for (const command of restoreOrderCommands(live, planned)) {
      const { stdout } = await virsh(exec, ['qemu-monitor-command', id, command]);
      if (/"error"/.test(stdout)) throw new LabwrightError('exec_failed', `QEMU refuses the boot order of ${id}: ${stdout.trim()}`);
    }
  }
  await virsh(exec, ['resume', id]);
}

async function resumeIfPaused(exec: Exec, id: string): Promise<void> {
  const { stdout } = await virsh(exec, ['domstate', id]);
  if (stdout.trim() === 'paused') await virsh(exec, ['resume', id]);
}

function equalSecrets(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
