import { refOf, type KubeObject } from '../../../kube/objects.ts';
import type { ObjectCache } from '../object-cache.ts';
import { BINDING, POLICY, ROOT_POLICY_LABEL } from '../talm/kinds.ts';
import { PLACEMENT, selectedBy } from '../placement/placement-controller.ts';

export interface PolicySpec {
  readonly disabled?: boolean;
  readonly remediationAction?: string;
  readonly copyPolicyMetadata?: boolean;
  readonly 'policy-templates'?: readonly unknown[];
}

export interface PolicyStatus {
  readonly compliant?: string;
  readonly placement?: readonly { readonly placement: string; readonly placementBinding: string }[];
  readonly status?: readonly { readonly clustername: string; readonly clusternamespace: string; readonly compliant?: string }[];
}

interface Binding {
  readonly placementRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string }[];
  readonly subFilter?: string;
  readonly bindingOverrides?: { readonly remediationAction?: string };
}

export function specOf(policy: KubeObject): PolicySpec {
  return policy['spec'] ?? {};
}

export function statusOf(policy: KubeObject): PolicyStatus {
  return policy['status'] ?? {};
}

/** Whether it is a policy as written, not a copy in a cluster's namespace. */
export function isRoot({ metadata }: KubeObject): boolean {
  return metadata.labels?.[ROOT_POLICY_LABEL] === undefined;
}

export function bindingOf(object: KubeObject): Binding {
  return object as unknown as Binding;
}

/** Where a policy applies, and on which of the clusters a binding enforces it. */
export interface Bound {
  readonly clusters: ReadonlyMap<string, { readonly enforced: boolean }>;
  readonly placements: NonNullable<PolicyStatus['placement']>;
}

/** A restricted binding adds no cluster: it only changes how the policy acts on those that others bound. */
export function boundClusters(cache: ObjectCache, policy: KubeObject): Bound {
  const { namespace = '', name } = policy.metadata;
  const found = cache
    .list({ ...BINDING, namespace })
    .filter((object) => bindingOf(object).subjects.some((one) => one.kind === POLICY.kind && one.name === name))
    .map((object) => {
      const { placementRef, subFilter, bindingOverrides } = bindingOf(object);
      const placement = placementRef.kind === PLACEMENT.kind ? cache.get({ ...PLACEMENT, namespace, name: placementRef.name }) : undefined;
      const enforces = bindingOverrides?.remediationAction?.toLowerCase() === 'enforce';
      const clusters = placement === undefined ? [] : selectedBy(cache, placement);
      return { binding: refOf(object).name, placement: placementRef.name, restricted: subFilter === 'restricted', enforces, clusters };
    });
  const bound = new Set(found.filter(({ restricted }) => !restricted).flatMap(({ clusters }) => clusters));
  const enforced = new Set(found.filter(({ enforces }) => enforces).flatMap(({ clusters }) => clusters));
  return {
    clusters: new Map([...bound].toSorted().map((cluster) => [cluster, { enforced: enforced.has(cluster) }])),
    placements: found.map(({ binding, placement }) => ({ placement, placementBinding: binding })),
  };
}
