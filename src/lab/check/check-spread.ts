import type { PlannedCluster, PlannedMachine } from '../plan.ts';
import type { ExpandedServer } from '../servers.ts';
import type { Report } from './report.ts';

/** What one fast device carries: etcd writes each change to disk before it answers (reference/lab-and-libvirt.md §5.2). */
const MASTERS_A_DISK = 9;

/**
 * Warns where the loss of one server, and so of its disk, ends a cluster that was meant to outlive it.
 *
 * Only a cluster whose `on` names several servers asks for that: in a CI lab nearly every cluster stands whole on one server, which is its
 * owner's choice, and a warning for each would hide all others. What no owner wants is told of every server: more etcd members than its disk carries.
 */
export function checkSpread(
  servers: readonly ExpandedServer[],
  clusters: readonly PlannedCluster[],
  machines: readonly PlannedMachine[],
  homes: ReadonlyMap<string, readonly string[]>,
  report: Report,
): void {
  const byName = new Map(machines.map((one) => [one.name, one]));
  const mastersOf = (cluster: PlannedCluster): PlannedMachine[] =>
    cluster.install === 'none' ? [] : cluster.nodes.flatMap(({ role, machine }) => (role === 'master' ? (byName.get(machine) ?? []) : []));
  for (const cluster of clusters) {
    if (cluster.slot === null || new Set(homes.get(cluster.name)).size < 2) continue;
    const masters = mastersOf(cluster);
    const quorum = Math.floor(masters.length / 2) + 1;
    for (const [server, mine] of Map.groupBy(masters, (one) => one.server)) {
      if (mine.length < 2 || masters.length - mine.length >= quorum) continue;
      const names = mine.map(({ name }) => name.slice(cluster.name.length + 1)).join(', ');
      report.warn(
        'masters-together',
        ['clusters', cluster.name, 'on'],
        `${names} of ${cluster.name} are on one disk of ${server}: without that server the others (${masters.length - mine.length}) have no quorum`,
        `name ${masters.length} servers or more in on, or place a master with machines: {master-0: {on: SERVER}}`,
      );
    }
  }
  const etcds = Map.groupBy(new Set(clusters.filter(({ active }) => active).flatMap(mastersOf)), (one) => one.server);
  for (const { server, keys } of servers) {
    for (const [pool, here] of Map.groupBy(etcds.get(server.name) ?? [], (one) => one.pool?.name)) {
      if (here.length <= MASTERS_A_DISK) continue;
      report.warn(
        'etcd-crowded',
        pool === undefined ? [...keys, 'disk'] : [...keys, 'pools', pool],
        `${here.length} masters write etcd to one disk of ${server.name}; a fast one carries about ${MASTERS_A_DISK}`,
        'move clusters to other servers, or to another disk: pools on the server, pool: in the cluster',
      );
    }
  }
}
