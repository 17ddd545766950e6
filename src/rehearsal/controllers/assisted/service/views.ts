import type { ClusterRecord, HostRecord } from './records.ts';

/** What the service knows when it looks at one host. */
export interface HostView {
  readonly host: HostRecord;
  readonly cluster: ClusterRecord;
  /** All hosts of the cluster, this one included. */
  readonly hosts: readonly HostRecord[];
  readonly nowMs: number;
}

/** What the service knows when it looks at one cluster. */
export interface ClusterView {
  readonly cluster: ClusterRecord;
  readonly hosts: readonly HostRecord[];
}

/** 3 min without a word, 5 for the bootstrap host, whose DNS is replaced on the way (reference/ztp.md §2.10a.12). */
export function isConnected(host: HostRecord, nowMs: number): boolean {
  return host.silentSinceMs === undefined || nowMs - host.silentSinceMs <= silenceLimitMs(host);
}

export function silenceLimitMs({ bootstrap }: Pick<HostRecord, 'bootstrap'>): number {
  return (bootstrap ? 5 : 3) * 60_000;
}
