import { createHash } from 'node:crypto';
import type { BmcBackend, BootTarget, ResetType } from '../../machines/bmc/bmc.ts';
import type { Clock } from '../../util/clock.ts';
import type { FaultName } from '../faults.ts';
import type { Boot, InstalledSystem, PowerEvent, SimulatedMachine } from './machines.ts';

export interface MachineSpec extends Pick<SimulatedMachine, 'name' | 'uuid' | 'mac' | 'address' | 'vcpus' | 'memoryMiB' | 'disks'> {
  readonly username: string;
  readonly password: string;
  /** Of bare metal: its own BMC's Redfish system. The others are behind the lab's one service. */
  readonly bmcUrl?: string;
}

export interface MachineDeps {
  readonly clock: Clock;
  readonly seed: number | string;
  /** Downloads what the virtual CD names, at boot. */
  readonly fetchIso: (url: string, signal: AbortSignal) => Promise<Buffer>;
  /** By machine name. */
  readonly faults?: ReadonlyMap<string, FaultName>;
  readonly boot: (boot: Boot) => void;
  readonly record: (event: PowerEvent['event'], cause: string | null) => void;
}

/** A machine with the strings its BMC pulls. */
export interface PoweredMachine {
  readonly spec: MachineSpec;
  readonly machine: SimulatedMachine;
  reset(type: ResetType, cause: string | null): void;
  setMedia(url: string | undefined): void;
  media(): string | undefined;
  setBoot(target: BootTarget, enabled: Override['enabled']): void;
  bootOverride(): Override;
}

type Override = Awaited<ReturnType<BmcBackend['boot']>>;
const NO_OVERRIDE: Override = { target: 'None', enabled: 'Disabled' };

/**
 * One machine: off and empty at first.
 *
 * It is Off, or On with a guest that may still be in firmware. Losing power or rebooting aborts the guest. Boot order
 * is disk, then CD, unless overridden; `Once` is spent by the boot that uses it, a guest's own reboot included.
 */
export function createMachine(deps: MachineDeps, spec: MachineSpec): PoweredMachine {
  let guest: AbortController | undefined;
  let system: InstalledSystem | undefined;
  let image: string | undefined;
  let override = NO_OVERRIDE;
  let boots = 0;

  function stop(): void {
    guest?.abort(new Error(`${spec.name} lost its guest`));
    guest = undefined;
  }

  function start(): void {
    stop();
    guest = new AbortController();
    boots += 1;
    const { signal } = guest;
    void firmware(signal)
      // A guest that lost power, or whose image cannot be read, simply is not there: firmware says nothing to anyone.
      .catch(() => undefined)
      .then((from) => {
        if (from && !signal.aborted) deps.boot({ machine, from, signal });
      });
  }

  async function firmware(signal: AbortSignal): Promise<Boot['from'] | undefined> {
    await deps.clock.sleep(firmwareMs(deps.seed, spec.name, boots), signal);
    const target = override.target;
    if (override.enabled === 'Once') override = NO_OVERRIDE;
    if (deps.faults?.get(spec.name) === 'host-never-boots' || target === 'Pxe') return undefined;
    return source(target, signal);
  }

  async function source(target: Override['target'], signal: AbortSignal): Promise<Boot['from'] | undefined> {
    const disk = system && ({ kind: 'disk', system } as const);
    // What is on the disk is no system of ours: nothing of it shows.
    if (deps.faults?.get(spec.name) === 'old-system-on-disk') return disk;
    const imageFirst = target === 'Cd' || deps.faults?.get(spec.name) === 'boot-order';
    if (disk && (!imageFirst || image === undefined)) return disk;
    if (image === undefined || target === 'Hdd') return undefined;
    const url = image;
    return { kind: 'iso', url, content: await deps.clock.during(deps.fetchIso(url, signal)) };
  }

  function reset(type: ResetType, cause: string | null): void {
    switch (type) {
      case 'On':
      case 'ForceOn':
        if (guest) return;
        deps.record('on', cause);
        return start();
      case 'ForceOff':
      case 'GracefulShutdown':
        if (!guest) return;
        deps.record('off', cause);
        return stop();
      case 'ForceRestart':
      case 'GracefulRestart':
        deps.record(guest ? 'reset' : 'on', cause);
        return start();
      case 'Nmi':
        return;
    }
  }

  const { name, uuid, mac, address, vcpus, memoryMiB, disks } = spec;
  const machine: SimulatedMachine = {
    name,
    uuid,
    mac,
    address,
    vcpus,
    memoryMiB,
    disks,
    power: () => (guest ? 'On' : 'Off'),
    installed: () => system,
    writeDisk: (next) => void (system = next),
    guestReboot: () => guest && start(),
  };
  return {
    spec,
    machine,
    reset,
    setMedia: (url) => void (image = url),
    media: () => image,
    setBoot: (target, enabled) => void (override = enabled === 'Disabled' ? NO_OVERRIDE : { target, enabled }),
    bootOverride: () => override,
  };
}

/** 40 to 60 seconds, the same for one seed, machine and boot. */
function firmwareMs(seed: number | string, name: string, boot: number): number {
  const hash = createHash('sha256').update(`${seed}/${name}/firmware/${boot}`).digest();
  return 40_000 + (hash.readUInt32BE(0) % 20_001);
}
