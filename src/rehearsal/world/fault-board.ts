import type { LabPlan } from '../../lab/plan.ts';
import type { FaultBoard } from '../controllers/hub-deps.ts';
import type { Fault, FaultName } from '../faults.ts';

/** A fault with its place. */
interface Placed {
  readonly name: FaultName;
  readonly cluster: string;
  /** The machine of the node; faults of clusters hit whichever node they happen on. */
  readonly node: string | undefined;
  readonly machine: string | undefined;
}

/**
 * The faults of one rehearsal.
 *
 * Without a cluster a fault goes to the plan's first active spoke, without a node to the cluster's first one. `machines`
 * is what createSimulatedMachines looks faults up in; it empties as faults are spent.
 */
export function createFaultBoard(plan: LabPlan, faults: readonly Fault[]): FaultBoard & { readonly machines: ReadonlyMap<string, FaultName> } {
  const placed = new Set(faults.map((fault) => placeOf(plan, fault)));
  const machines = new Map<string, FaultName>();
  for (const { machine, name } of placed) if (machine !== undefined) machines.set(machine, name);
  return {
    machines,
    hits: (name, cluster, node) =>
      [...placed].some(
        (fault) => fault.name === name && fault.cluster === cluster && (node === undefined || fault.node === undefined || fault.node === node.split('.')[0]),
      ),
    spend(name, cluster) {
      for (const fault of placed) {
        if (fault.name !== name || fault.cluster !== cluster) continue;
        placed.delete(fault);
        if (fault.machine !== undefined) machines.delete(fault.machine);
      }
    },
  };
}

function placeOf(plan: LabPlan, fault: Fault): Placed {
  const spokes = plan.clusters.filter(({ role }) => role === 'spoke');
  const cluster = plan.clusters.find(({ name }) => name === fault.cluster) ?? spokes.find(({ active }) => active) ?? spokes[0];
  const node = cluster?.nodes.find(({ name }) => name === fault.node) ?? cluster?.nodes[0];
  return { name: fault.name, cluster: cluster?.name ?? '', node: node?.name, machine: node?.machine };
}
