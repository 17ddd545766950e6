import type { LabPlan, PlannedMachine } from '../../lab/plan.ts';
import { holderOf } from '../../render/holder-of.ts';
import type { Change } from './change.ts';
import { groundChanges } from './ground-changes.ts';
import { machineChanges, startChanges } from './machine-changes.ts';
import type { ServerState } from './server-state.ts';
import { timeChanges } from './time-changes.ts';

/** The VMs a server has in the plan. */
export function machinesOn(plan: LabPlan, server: string): PlannedMachine[] {
  return plan.machines.filter((machine) => machine.kind === 'vm' && machine.server === server);
}

/** Machines of profile `tiny` that an active cluster holds; what an installer is for is powered on by its installation. */
export function machinesToRun(plan: LabPlan, server: string): PlannedMachine[] {
  return machinesOn(plan, server).filter((machine) => machine.directBoot && holderOf(plan, machine.name)?.cluster.active === true);
}

/** What has to be done on a server, in the order to do it. Starting machines is not part of it: DHCP has to be there first. */
export function serverChanges(plan: LabPlan, server: string, state: ServerState): Change[] {
  const machines = machinesOn(plan, server);
  if (machines.length === 0) return [];
  return [
    ...groundChanges(plan, server, state),
    ...machines.flatMap((machine) => machineChanges(plan, machine, state)),
    ...timeChanges(plan, server, state.time),
  ];
}

export function serverStarts(plan: LabPlan, server: string, state: ServerState): Change[] {
  return machinesToRun(plan, server).flatMap((machine) => startChanges(plan, machine, state));
}
