import type { BmcBackend, ResetType } from '../../machines/bmc/bmc.ts';
import type { PowerEvent, SimulatedMachine, SimulatedMachines, Boot } from './machines.ts';
import { createMachine, type MachineDeps, type MachineSpec, type PoweredMachine } from './simulated-machine.ts';

export interface SimulatedMachinesDeps extends Omit<MachineDeps, 'boot' | 'record'> {}

/**
 * Makes the machines of a rehearsal, all powered off and empty, and the BMC backend that stands before them.
 *
 * Faults are looked up by machine name at the moment they matter, so the map may change while the world runs.
 */
export function createSimulatedMachines(
  deps: SimulatedMachinesDeps,
  specs: readonly MachineSpec[],
): { readonly machines: SimulatedMachines; readonly backend: BmcBackend } {
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
    byBmcUrl: (url) => find(decodeURIComponent(url.replace(/\/+$/, '').split('/').at(-1) ?? ''))?.machine,
    byName,
    all: () => all.map(({ machine }) => machine),
    onBoot(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    powerLog,
  };
  return { machines, backend: backendOf(deps, all, find) };
}

function backendOf(deps: SimulatedMachinesDeps, all: readonly PoweredMachine[], find: (id: string) => PoweredMachine | undefined): BmcBackend {
  const at = (id: string): PoweredMachine => {
    const found = find(id);
    if (!found) throw new Error(`no machine ${id}`);
    return found;
  };
  return {
    systems: () => Promise.resolve(all.map(({ machine: { uuid, name, mac, vcpus, memoryMiB } }) => ({ id: uuid, name, mac, vcpus, memoryMiB }))),
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
