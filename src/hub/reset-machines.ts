import type { Step } from '../util/step.ts';
import type { ActionDeps, ActionInput } from './action.ts';
import { machinesOf } from './machine-power.ts';

/**
 * The cluster's VMs become as new before they are installed again: off, empty disks, no NVRAM, the same identity. What an old
 * disk or its boot entries would do to the installation cannot happen then. Bare metal is left to its installation.
 */
export function resetMachines(input: ActionInput): Step<ActionDeps> {
  // What an installer runs on is no part of the cluster: its installation clears it.
  const beside = new Set(input.cluster.nodes.flatMap(({ role, machine }) => (role === 'provisionhost' ? [machine] : [])));
  const machines = machinesOf(input).filter(({ kind, name }) => kind === 'vm' && !beside.has(name));
  return {
    id: 'reset-machines',
    title: `Give ${input.cluster.name} empty disks`,
    limitMs: 10 * 60_000,
    async run(deps, { stepId, signal, log }) {
      if (machines.length === 0) return log('bare metal keeps its disks: the installation writes over them');
      if (deps.resetMachines === undefined) return log('rehearsed machines have no firmware that remembers');
      await deps.resetMachines(machines, `job ${input.job}, ${stepId}`, signal);
      log(`${machines.map(({ name }) => name).join(', ')}: new disks, no NVRAM`);
    },
  };
}
