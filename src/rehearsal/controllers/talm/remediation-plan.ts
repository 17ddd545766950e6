import type { KubeObject } from '../../../kube/objects.ts';
import { complianceOf } from './compliance.ts';
import type { UpgradeSpec } from './upgrade.ts';

export interface RemediationPlan {
  /** One canary each first, then batches of at most `maxConcurrency`; undefined when there is nothing to do. */
  readonly batches: readonly (readonly string[])[] | undefined;
  readonly compliant: readonly string[];
}

/** Puts the clusters that are not compliant with some policy into batches. */
export function planRemediation(spec: UpgradeSpec, maxConcurrency: number, clusters: readonly string[], policies: readonly KubeObject[]): RemediationPlan {
  const needsWork = (cluster: string): boolean => policies.some((policy) => complianceOf(cluster, policy) === 'NonCompliant');
  const canaries = (spec.remediationStrategy.canaries ?? []).filter(needsWork);
  const others = clusters.filter((cluster) => needsWork(cluster) && !canaries.includes(cluster));
  const batches: (readonly string[])[] = canaries.map((canary) => [canary]);
  for (let at = 0; at < others.length; at += maxConcurrency) batches.push(others.slice(at, at + maxConcurrency));
  return { batches: batches.length === 0 ? undefined : batches, compliant: clusters.filter((cluster) => !needsWork(cluster)) };
}

/**
 * How long the current batch (from 1) may last: what is left of the whole limit when it began, shared with the batches to come.
 *
 * @returns milliseconds
 */
export function batchLimitMs(timeoutMinutes: number, batchCount: number, batch: number, batchStartMs: number, startMs: number): number {
  const leftMs = timeoutMinutes * 60_000 - (batchStartMs - startMs);
  return leftMs / Math.max(1, batchCount - (batch - 1));
}
