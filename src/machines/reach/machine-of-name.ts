import type { LabPlan, PlannedMachine } from '../../lab/plan.ts';
import { holderOf } from '../../render/holder-of.ts';
import { closest } from '../../util/closest.ts';
import { LabwrightError } from '../../util/errors.ts';

/**
 * A machine by any of its names: `cluster1-master-0`, `cluster1/master-0`, `master-0.cluster1` with or without the domain.
 *
 * @throws LabwrightError `bad_input` with the name that was meant.
 */
export function machineOfName(plan: LabPlan, name: string): PlannedMachine {
  const machine = plan.machines.find((one) => namesOf(plan, one).includes(name));
  if (machine) return machine;
  const near = closest(
    name,
    plan.machines.map((one) => one.name),
  );
  throw new LabwrightError('bad_input', `lab ${plan.lab} has no machine ${name}`, {
    hint: near === undefined ? 'name one as CLUSTER-NODE: labwright lab status lists them' : `did you mean ${near}?`,
  });
}

function namesOf(plan: LabPlan, machine: PlannedMachine): readonly string[] {
  const holder = holderOf(plan, machine.name);
  if (!holder) return [machine.name];
  const { cluster, node } = holder;
  return [machine.name, `${cluster.name}/${node.name}`, `${node.name}.${cluster.name}`, `${node.name}.${cluster.name}.${cluster.baseDomain}`];
}
