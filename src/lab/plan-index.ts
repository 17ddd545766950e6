import type { LabPlan, PlannedCluster, PlannedMachine, PlannedNode } from './plan.ts';

/** A node in its cluster. */
export interface Membership {
  readonly cluster: PlannedCluster;
  readonly node: PlannedNode;
}

/** What a plan holds, by name: a lab may have a hundred thousand machines, and each is looked up several times. */
export interface PlanIndex {
  readonly machines: ReadonlyMap<string, PlannedMachine>;
  readonly clusters: ReadonlyMap<string, PlannedCluster>;
  /** By machine, in the order of the clusters. */
  readonly memberships: ReadonlyMap<string, readonly Membership[]>;
  /** VMs by server. */
  readonly vms: ReadonlyMap<string, readonly PlannedMachine[]>;
}

const indexes = new WeakMap<object, PlanIndex>();

/** Made once for each plan, which never changes. */
export function planIndex(plan: Pick<LabPlan, 'machines' | 'clusters'>): PlanIndex {
  let index = indexes.get(plan);
  if (!index) indexes.set(plan, (index = makeIndex(plan)));
  return index;
}

function makeIndex({ machines, clusters }: Pick<LabPlan, 'machines' | 'clusters'>): PlanIndex {
  const memberships = Map.groupBy(
    clusters.flatMap((cluster) => cluster.nodes.map((node) => ({ cluster, node }))),
    ({ node }) => node.machine,
  );
  return {
    // Of two with one name the first counts, as in a search.
    machines: new Map(machines.toReversed().map((one) => [one.name, one])),
    clusters: new Map(clusters.toReversed().map((one) => [one.name, one])),
    memberships,
    vms: Map.groupBy(
      machines.filter(({ kind }) => kind === 'vm'),
      ({ server }) => server,
    ),
  };
}
