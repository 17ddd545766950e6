import type { BmcBackend, ResetType } from '../../machines/bmc/bmc.ts';
import type { PowerEvent, SimulatedMachine, SimulatedMachines, Boot } from './machines.ts';
import { createMachine, type MachineDeps, type MachineSpec, type PoweredMachine } from './simulated-machine.ts';

export interface SimulatedMachinesDeps extends Omit<MachineDeps, 'boot' | 'record'> {}

export interface SimulatedLab {
  readonly machines: SimulatedMachines;
  /** Behind the lab's own BMC service. */
  readonly backend: BmcBackend;
  /** Behind each bare-metal BMC, by its origin: `https://192.168.30.11`. A chassis may hold several systems. */
  readonly metalBackends: ReadonlyMap<string, BmcBackend>;
}

/**
 * Makes the machines of a rehearsal, all powered off and empty, and the BMC backend that stands before them.
 *
 * Faults are looked up by machine name at the moment they matter, so the map may change while the world runs.
 */
export function createSimulatedMachines(deps: SimulatedMachinesDeps, specs: readonly MachineSpec[]): SimulatedLab {
  const startMs = deps.clock.now();
  const powerLog: PowerEvent[] = [];
  const listeners = new Set<(boot: Boot) => void>();
  const boot = (event: Boot): void => listeners.forEach((listener) => listener(event));
  const all = specs.map((spec) => {
    const record = (event: PowerEvent['event'], cause: string | null): void => {
      powerLog.push({ at_s: (deps.clock.now() - startMs) / 1000, machine: spec.name, event, cause });
    };
    return createMachine({ ...deps, boot, record }, spec);
  });
  const find = (id: string): PoweredMachine | undefined => all.find(({ machine }) => machine.uuid === id || machine.name === id);
  const byName = (name: string): SimulatedMachine | undefined => all.find(({ machine }) => machine.name === name)?.machine;

  const machines: SimulatedMachines = {
    byBmcUrl(address) {
      const url = address.replace(/^[a-z0-9-]+\+(?=https?:)/, '').replace(/\/+$/, '');
      const metal = all.find(({ spec }) => spec.bmcUrl === url);
      return (metal ?? find(decodeURIComponent(url.split('/').at(-1) ?? '')))?.machine;
    },
    byName,
    all: () => all.map(({ machine }) => machine),
    onBoot(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    powerLog,
  };
  const metal = Map.groupBy(
    all.filter(({ spec }) => spec.bmcUrl !== undefined),
    ({ spec }) => new URL(spec.bmcUrl!).origin,
  );
  const metalBackends = new Map(
    [...metal].map(([origin, some]) => [origin, backendOf(deps, some, (one) => new URL(one.spec.bmcUrl!).pathname.split('/').at(-1)!)]),
  );
  const virtual = all.filter(({ spec }) => spec.bmcUrl === undefined);
  return { machines, backend: backendOf(deps, virtual, ({ machine }) => machine.uuid), metalBackends };
}

function backendOf(deps: SimulatedMachinesDeps, all: readonly PoweredMachine[], idOf: (machine: PoweredMachine) => string): BmcBackend {
  const find = (id: string): PoweredMachine | undefined => all.find((one) => idOf(one) === id || one.machine.name === id);
  const at = (id: string): PoweredMachine => {
    const found = find(id);
    if (!found) throw new Error(`no machine ${id}`);
    return found;
  };
  return {
    systems: () =>
      Promise.resolve(
        all.map((one) => {
          const { name, mac, vcpus, memoryMiB } = one.machine;
          return { id: idOf(one), name, mac, vcpus, memoryMiB };
        }),
      ),
    power: async (id) => at(id).machine.power(),
    reset: async (id, type: ResetType, cause) => at(id).reset(type, cause),
    insertMedia: async (id, url) => at(id).setMedia(url),
    ejectMedia: async (id) => at(id).setMedia(undefined),
    media: async (id) => at(id).media(),
    setBoot: async (id, target, enabled) => at(id).setBoot(target, enabled),
    boot: async (id) => at(id).bootOverride(),
    authenticate(id, username, password) {
      const { spec } = at(id);
      return deps.faults?.get(spec.name) !== 'bmc-password' && username === spec.username && password === spec.password;
    },
  };
}
