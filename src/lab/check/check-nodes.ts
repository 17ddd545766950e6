import { closest } from '../../util/closest.ts';
import type { ClusterEntry } from '../file/cluster-entry.ts';
import type { LabFile } from '../lab-file.ts';
import { hostOf, hostsIn, reuses, splitList } from '../place/node-counts.ts';
import type { Report } from './report.ts';

/** Bare-metal hosts that a cluster names: are they there, once each, and not mixed with machines of other clusters? */
export function checkNodes(file: LabFile, name: string, entry: ClusterEntry, report: Report): void {
  const keys = ['clusters', name, 'nodes'];
  const hosts = hostsIn(entry);
  if (name === 'host')
    report.error('reserved-name', ['clusters', name], 'a cluster cannot be called host: host/NAME is a bare-metal machine', 'give it another name');
  if (hosts.length > 0 && reuses(entry)) {
    report.error(
      'two-places',
      keys,
      `${name} has bare-metal hosts and machines of other clusters`,
      'list one kind; machines of a cluster with hosts are CLUSTER/NODE as well',
    );
    return;
  }
  for (const [index, reference] of (entry.nodes ?? []).entries()) {
    const host = hostOf(reference);
    if (host === undefined) continue;
    if (entry.nodes!.indexOf(reference) !== index) report.error('unknown-node', [...keys, index], `${name} lists ${reference} twice`, 'remove one of the two');
    checkHostName(file, name, host, [...keys, index], report);
  }
  if (entry.on !== undefined || hosts.length === 0) return;
  const { masters, workers } = splitList(entry, hosts.length);
  if (masters < 1 || masters + workers !== hosts.length)
    report.error(
      'bad-topology',
      ['clusters', name, entry.masters === undefined ? 'workers' : 'masters'],
      `${name} lists ${hosts.length} hosts, which are not ${masters} masters and ${workers} workers`,
      'make masters and workers add up to the hosts, or remove both',
    );
}

export function checkHostName(file: LabFile, cluster: string, host: string, keys: readonly (string | number)[], report: Report): void {
  if (Object.hasOwn(file.hosts, host)) return;
  const near = closest(host, Object.keys(file.hosts));
  report.error(
    'unknown-host',
    keys,
    `${cluster} wants host ${host}, which is not declared`,
    near === undefined ? `declare ${host} under hosts` : `did you mean ${near}? Else declare ${host} under hosts`,
  );
}
