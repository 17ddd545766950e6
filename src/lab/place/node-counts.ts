import type { ClusterEntry } from '../file/cluster-entry.ts';

const HOST_PREFIX = 'host/';

export interface NodeCounts {
  readonly masters: number;
  readonly workers: number;
}

/** The bare-metal hosts that a cluster's `nodes` names, in its order. */
export function hostsIn(entry: Pick<ClusterEntry, 'nodes'>): string[] {
  return (entry.nodes ?? []).flatMap((one) => hostOf(one) ?? []);
}

/** `metal1` of `host/metal1`; undefined for anything else. */
export function hostOf(reference: string): string | undefined {
  return reference.startsWith(HOST_PREFIX) ? reference.slice(HOST_PREFIX.length) : undefined;
}

/** Does a cluster stand on machines of another? */
export function reuses(entry: Pick<ClusterEntry, 'nodes' | 'from'>): boolean {
  return entry.from !== undefined || entry.nodes?.some((one) => hostOf(one) === undefined) === true;
}

/** The VMs that are made for a cluster. */
export function vmCounts(entry: ClusterEntry): NodeCounts {
  return entry.on === undefined && hostsIn(entry).length > 0 ? { masters: 0, workers: 0 } : { masters: entry.masters ?? 1, workers: entry.workers ?? 0 };
}

/** How a list of machines is shared out: masters come first, and are three where there are that many. */
export function splitList(entry: Pick<ClusterEntry, 'masters' | 'workers'>, length: number): NodeCounts {
  const masters = entry.masters ?? (entry.workers === undefined ? Math.min(3, length) : length - entry.workers);
  return { masters, workers: entry.workers ?? length - masters };
}

/** All nodes of a cluster that has a slot: its VMs, and its hosts, which are workers when they stand beside VMs. */
export function nodeCounts(entry: ClusterEntry): NodeCounts {
  const hosts = hostsIn(entry).length;
  if (hosts === 0) return vmCounts(entry);
  if (entry.on === undefined) return splitList(entry, hosts);
  const { masters, workers } = vmCounts(entry);
  return { masters, workers: workers + hosts };
}
