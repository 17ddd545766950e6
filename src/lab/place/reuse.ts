import { closest } from '../../util/closest.ts';
import { checkTopology } from '../check/check-clusters.ts';
import { isMember, membersOf } from '../members.ts';
import { assemble, type Derived } from './clusters.ts';
import { reuses, splitList } from './node-counts.ts';
import type { ClusterEntry } from '../file/cluster-entry.ts';
import type { LabFile } from '../lab-file.ts';
import type { PlannedCluster, PlannedNode } from '../plan.ts';
import type { Report } from '../check/report.ts';
import type { Segment } from '../segments.ts';

/**
 * A cluster on machines of others: by `nodes`, or by `from`, which also lends the VIPs and leaves out what the hub
 * itself stands on. Its machines keep MAC and addresses.
 *
 * @param planned the clusters with machines of their own, and those by `nodes` that came before.
 * @returns undefined when something is wrong; the report then says what.
 */
export function reusedCluster(
  file: LabFile,
  name: string,
  entry: ClusterEntry,
  planned: ReadonlyMap<string, PlannedCluster>,
  segments: readonly Segment[],
  report: Report,
): PlannedCluster | undefined {
  const before = report.found.length;
  const keys = ['clusters', name];
  const nodes = entry.nodes ? listedNodes(file, name, entry, entry.nodes, planned, report) : freeNodes(file, name, entry, planned, report);
  if (report.found.length > before) return undefined;
  const lender = planned.get(entry.from ?? entry.nodes![0]!.split('/')[0]!)!;
  const segment = segments.find((one) => one.name === lender.network)!;
  if (entry.network !== undefined && entry.network !== lender.network)
    report.error(
      'other-network',
      [...keys, 'network'],
      `${name} reuses machines of ${lender.name}, which are on ${lender.network}`,
      `write network: ${lender.network}, or remove it`,
    );
  const masters = nodes.filter(({ role }) => role === 'master').length;
  if (entry.install !== 'none') checkTopology(name, masters, nodes.length - masters, report);
  const networks = lender.networks.map(({ name: one }) => ({ name: one, slot: null }));
  const derived: Derived = { networks, ...(entry.from !== undefined && lentBy(lender, entry)) };
  if (nodes.length > 1 && !entry.vips && !derived.vips)
    report.error('vips-missing', keys, `${name} has ${nodes.length} nodes and no slot to derive its VIPs from`, 'add vips: {api: ADDRESS, ingress: ADDRESS}');
  if (report.found.length > before) return undefined;
  const beside = derived.provisionhost ? lender.nodes.filter((one) => !isMember(one)) : [];
  return assemble(file, name, entry, segment, null, [...nodes, ...beside], derived);
}

/** VIPs, and for the same method what its installation needs beside the nodes. */
function lentBy({ topology, vips, vips6, install, bootstrap, provisionhost }: PlannedCluster, entry: ClusterEntry): Derived {
  return {
    ...(topology !== 'sno' && { vips, ...(vips6 && { vips6 }) }),
    ...(install === entry.install && { ...(bootstrap && { bootstrap }), ...(provisionhost && { provisionhost }) }),
  };
}

function listedNodes(
  file: LabFile,
  name: string,
  entry: ClusterEntry,
  references: readonly string[],
  planned: ReadonlyMap<string, PlannedCluster>,
  report: Report,
): PlannedNode[] {
  const { masters, workers } = splitList(entry, references.length);
  if (masters < 1 || masters + workers !== references.length) {
    report.error(
      'bad-topology',
      ['clusters', name, entry.masters === undefined ? 'workers' : 'masters'],
      `${name} lists ${references.length} nodes, which are not ${masters} masters and ${entry.workers ?? 0} workers`,
      'make masters and workers add up to the nodes, or remove both',
    );
    return [];
  }
  const networks = new Set<string>();
  const nodes: PlannedNode[] = [];
  for (const [index, reference] of references.entries()) {
    const keys = ['clusters', name, 'nodes', index];
    const [cluster = '', wanted = ''] = reference.split('/');
    const lender = lenderOf(file, name, cluster, planned, keys, report);
    if (!lender) continue;
    const found = membersOf(lender).find((one) => one.name === wanted);
    if (!found)
      report.error(
        'unknown-node',
        keys,
        `${cluster} has no node ${wanted}`,
        `name one of: ${membersOf(lender)
          .map((one) => one.name)
          .join(', ')}`,
      );
    else if (nodes.some(({ machine }) => machine === found.machine))
      report.error('unknown-node', keys, `${name} lists ${reference} twice`, 'remove one of the two');
    else {
      const role = index < masters ? 'master' : 'worker';
      nodes.push({ ...found, name: `${role}-${role === 'master' ? index : index - masters}`, role });
      networks.add(lender.network);
    }
  }
  if (networks.size > 1)
    report.error('other-network', ['clusters', name, 'nodes'], `nodes of ${name} are on networks ${[...networks].join(' and ')}`, 'list nodes of one network');
  return nodes;
}

/** `from`: the lender's machines by role, without those of the hub. Numbers that are not given mean all that are free. */
function freeNodes(file: LabFile, name: string, entry: ClusterEntry, planned: ReadonlyMap<string, PlannedCluster>, report: Report): PlannedNode[] {
  const keys = ['clusters', name, 'from'];
  const lender = lenderOf(file, name, entry.from!, planned, keys, report);
  if (!lender) return [];
  const taken = new Set(planned.get(entry.hub ?? '')?.nodes.map((one) => one.machine));
  const before = report.found.length;
  const all = entry.masters === undefined && entry.workers === undefined;
  const nodes = (['master', 'worker'] as const).flatMap((role) => {
    const free = lender.nodes.filter((one) => one.role === role && !taken.has(one.machine));
    const count = (role === 'master' ? entry.masters : entry.workers) ?? (all || role === 'master' ? free.length : 0);
    if (free.length < count) {
      const without = taken.size > 0 ? ` beside those of ${entry.hub}` : '';
      report.error(
        'too-few-machines',
        keys,
        `${name} wants ${count} ${role}s of ${lender.name}, which has ${free.length}${without}`,
        `write ${role}s: ${free.length}, or raise those of ${lender.name}`,
      );
    }
    return free.slice(0, count).map((one, index): PlannedNode => ({ ...one, name: `${role}-${index}` }));
  });
  if (report.found.length === before && !nodes.some(({ role }) => role === 'master'))
    report.error(
      'too-few-machines',
      keys,
      `${name} has no master of ${lender.name}${taken.size > 0 ? ` beside those of ${entry.hub}` : ''}`,
      `write masters: 3, or name another cluster in from`,
    );
  return nodes;
}

function lenderOf(
  file: LabFile,
  name: string,
  cluster: string,
  planned: ReadonlyMap<string, PlannedCluster>,
  keys: readonly (string | number)[],
  report: Report,
): PlannedCluster | undefined {
  if (Object.hasOwn(file.clusters, cluster) && !reuses(file.clusters[cluster]!)) return planned.get(cluster);
  const why = Object.hasOwn(file.clusters, cluster) ? 'has no machines of its own' : 'is not declared';
  const own = Object.entries(file.clusters).flatMap(([one, entry]) => (reuses(entry) ? [] : [one]));
  const near = closest(cluster, own);
  report.error(
    'unknown-cluster',
    keys,
    `${name} reuses machines of ${cluster}, which ${why}`,
    near !== undefined
      ? `did you mean ${near}?`
      : own.length > 0
        ? `name a cluster that has its own: ${own.join(', ')}`
        : 'declare a cluster with on: SERVER, and name that',
  );
  return undefined;
}
