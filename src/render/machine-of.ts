import { planIndex } from '../lab/plan-index.ts';
import type { LabPlan, PlannedMachine, PlannedNode } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';

/** The machine below a node. @throws `not_found` when the plan has none of that name. */
export function machineOf(plan: LabPlan, node: Pick<PlannedNode, 'machine'>): PlannedMachine {
  const machine = planIndex(plan).machines.get(node.machine);
  if (!machine) throw new LabwrightError('not_found', `the plan has no machine ${node.machine}`);
  return machine;
}
