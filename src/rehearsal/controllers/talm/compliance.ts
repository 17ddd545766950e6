import type { KubeObject } from '../../../kube/objects.ts';
import { POLICY, SOAK_ANNOTATION } from './kinds.ts';
import type { ObjectCache } from '../object-cache.ts';
import type { PolicyRef, Progress } from './upgrade.ts';

interface PolicyStatus {
  readonly status?: readonly { readonly clustername: string; readonly compliant?: string }[];
}

export type Compliance = 'Compliant' | 'NonCompliant' | 'NotMatchedWithPolicy';

/** What a policy's status says about a cluster. No status yet, Pending and an open verdict all count as NonCompliant. */
export function complianceOf(cluster: string, policy: KubeObject): Compliance {
  const { status } = (policy['status'] ?? {}) as PolicyStatus;
  if (status === undefined) return 'NonCompliant';
  const found = status.find(({ clustername }) => clustername === cluster);
  if (found === undefined) return 'NotMatchedWithPolicy';
  return found.compliant === 'Compliant' ? 'Compliant' : 'NonCompliant';
}

/** How a policy's status tells clusters apart: the operator looks again when it changes. */
export function verdictsOf(policy: KubeObject): Readonly<Record<string, string | undefined>> {
  const { status = [] } = (policy['status'] ?? {}) as PolicyStatus;
  return Object.fromEntries(status.map(({ clustername, compliant }) => [clustername, compliant]));
}

export interface NextPolicy {
  /** Of `policies`; its length when there is none left. */
  readonly index: number;
  /** The cluster is compliant with that policy but has not been for long enough. */
  readonly soaking: boolean;
}

/**
 * The first policy, from `start` on, that still needs a cluster's attention.
 *
 * @throws Error when a policy is gone.
 */
export function nextPolicy(
  cache: ObjectCache,
  policies: readonly PolicyRef[],
  cluster: string,
  start: number,
  progress: Progress | undefined,
  nowMs: number,
): NextPolicy {
  for (let index = start; index < policies.length; index++) {
    const ref = policies[index]!;
    const policy = cache.get({ ...POLICY, ...ref });
    if (policy === undefined) throw new Error(`policies.policy.open-cluster-management.io "${ref.name}" not found`);
    const compliance = complianceOf(cluster, policy);
    if (compliance === 'NonCompliant') return { index, soaking: false };
    if (compliance === 'Compliant' && progress !== undefined && mustSoak(policy, progress.firstCompliantAt, nowMs)) return { index, soaking: true };
  }
  return { index: policies.length, soaking: false };
}

/** An annotation that is no whole number of seconds counts as none. */
function mustSoak({ metadata }: KubeObject, firstCompliantAt: string | undefined, nowMs: number): boolean {
  const text = metadata.annotations?.[SOAK_ANNOTATION];
  if (text === undefined || !/^\+?\d+$/.test(text)) return false;
  return firstCompliantAt === undefined || nowMs - Date.parse(firstCompliantAt) <= Number(text) * 1000;
}
