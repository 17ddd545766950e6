import { membersOf } from '../lab/members.ts';
import type { PlannedMachine } from '../lab/plan.ts';
import type { Bmc } from '../machines/bmc/bmc.ts';
import { isLabwrightError, messageOf } from '../util/errors.ts';
import type { StepContext } from '../util/step.ts';
import type { ActionInput } from './action.ts';

/** A BMC tells its power when it is asked, and only then. */
const LOOK_MS = 5000;

/** The machines below a cluster's nodes, in the order of the nodes. */
export function machinesOf({ cluster, plan }: Pick<ActionInput, 'cluster' | 'plan'>): readonly PlannedMachine[] {
  return cluster.nodes.flatMap((node) => plan.machines.filter((machine) => machine.name === node.machine));
}

/** Those of the cluster's own nodes, without what only stands beside them: provisionhost and bootstrap. */
export function memberMachinesOf({ cluster, plan }: Pick<ActionInput, 'cluster' | 'plan'>): readonly PlannedMachine[] {
  return membersOf(cluster).flatMap((node) => plan.machines.filter((machine) => machine.name === node.machine));
}

/** Powers a machine off by force and waits until its BMC says that it is. Does nothing to one that is off. */
export async function powerOff(bmc: Bmc, machine: PlannedMachine, { signal, clock, log, waiting }: StepContext): Promise<void> {
  if ((await bmc.power(signal)) === 'Off') return;
  log(`power off ${machine.name}`);
  await bmc.reset('ForceOff', signal);
  while ((await bmc.power(signal)) !== 'Off') {
    waiting({ object: machine.name, condition: 'PowerState', reason: 'On', message: 'the machine was told to power off and is still on' });
    await clock.sleep(LOOK_MS, signal);
  }
}

/** @returns undefined, with a line in the log, when the BMC does not say. */
export async function powerIfKnown(bmc: Bmc, machine: PlannedMachine, { signal, log }: StepContext): Promise<'On' | 'Off' | undefined> {
  try {
    return await bmc.power(signal);
  } catch (error) {
    if (!isLabwrightError(error)) throw error;
    log(`power of ${machine.name} is not known: ${messageOf(error)}`);
    return undefined;
  }
}
