import type { LabPlan } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Exec } from '../../util/exec.ts';
import { virsh, virshDocument } from '../doors/virsh.ts';
import type { BmcBackend, ResetType } from './bmc.ts';
import { restoreOrderCommands, withBootFirst } from './boot-order.ts';
import { opensWith, type BmcCredentials } from './credentials.ts';
import { readOverride, writeOverride } from './domain-override.ts';
import { createImageShelf } from './image-shelf.ts';

export interface LibvirtBackendDeps {
  readonly plan: LabPlan;
  /** How a server of the plan is told what to do. */
  readonly server: (name: string) => Exec;
  /** By machine name. */
  readonly credentials: ReadonlyMap<string, BmcCredentials>;
  readonly verifyImageTls: boolean;
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
  const systems = [...vms.values()].map((machine) => ({ ...machine, id: machine.uuid }));
  const images = createImageShelf(deps);

  function serverOf(id: string): string {
    const machine = vms.get(id);
    if (!machine) throw new LabwrightError('not_found', `the plan has no VM ${id}`);
    return machine.server;
  }
  const execOf = (id: string): Exec => deps.server(serverOf(id));

  return {
    systems: () => Promise.resolve(systems),
    power: async (id) => ((await isOn(execOf(id), id)) ? 'On' : 'Off'),
    reset: async (id, type) => reset(execOf(id), id, type),
    insertMedia: async (id, imageUrl) => images.insert(serverOf(id), execOf(id), id, imageUrl),
    ejectMedia: async (id) => images.eject(serverOf(id), execOf(id), id),
    media: async (id) => (await readOverride(execOf(id), id)).image,
    async setBoot(id, target, enabled) {
      const exec = execOf(id);
      const boot = enabled === 'Disabled' ? ({ target: 'None', enabled } as const) : { target, enabled };
      await writeOverride(exec, id, { ...(await readOverride(exec, id)), ...boot });
    },
    boot: async (id) => {
      const { target, enabled } = await readOverride(execOf(id), id);
      return { target, enabled };
    },
    authenticate: (id, username, password) => opensWith(deps.credentials.get(vms.get(id)?.name ?? ''), username, password),
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
