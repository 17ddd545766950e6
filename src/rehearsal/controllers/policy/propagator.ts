import { isDeepStrictEqual } from 'node:util';
import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import { refOf, type KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { MANAGED_CLUSTER, NAMESPACE } from '../cluster/managed-cluster.ts';
import { keyOf, type Controller, type ObjectKey } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { rootOf } from '../talm/find-policies.ts';
import { PLACEMENT } from '../placement/placement-controller.ts';
import { BINDING, POLICY, ROOT_POLICY_LABEL } from '../talm/kinds.ts';
import { bindingOf, boundClusters, isRoot, specOf, statusOf, type PolicyStatus } from './policy.ts';

type Deps = Pick<HubDeps, 'kube'>;

/** Copies policies into the namespaces of the clusters they are bound to, and gathers what the copies report (reference/ztp.md §2.10). */
export function propagator({ kube }: Deps, cache: ObjectCache): Controller {
  const roots = (): readonly ObjectKey[] => cache.list(POLICY).filter(isRoot).map(keyOf);
  const subjects = (binding: KubeObject): readonly ObjectKey[] =>
    bindingOf(binding).subjects.map(({ name }) => ({ namespace: binding.metadata.namespace, name }));
  return {
    name: 'policy-propagator',
    watches: [
      { kind: POLICY, keysOf: (policy) => (isRoot(policy) ? [keyOf(policy)] : keysOfRoot(policy)) },
      { kind: BINDING, keysOf: subjects },
      {
        kind: PLACEMENT,
        keysOf: ({ metadata: { name, namespace } }) =>
          cache
            .list({ ...BINDING, namespace })
            .filter((one) => bindingOf(one).placementRef.name === name)
            .flatMap(subjects),
      },
      { kind: MANAGED_CLUSTER, keysOf: changedOnly(({ metadata }) => metadata.labels, roots) },
      { kind: NAMESPACE, keysOf: changedOnly(() => undefined, roots) },
    ],
    async reconcile({ namespace, name }, signal) {
      const policy = await kube.get({ ...POLICY, namespace, name }, signal);
      if (policy && !isRoot(policy)) return;
      const { clusters, placements } = policy ? boundClusters(cache, policy) : { clusters: new Map<string, { enforced: boolean }>(), placements: [] };
      const disabled = policy === undefined || specOf(policy).disabled === true;
      const wanted = new Map([...clusters].filter(([cluster]) => !disabled && cache.get({ ...NAMESPACE, name: cluster }) !== undefined));
      const label = `${namespace}.${name}`;
      const { items } = await kube.list({ ...POLICY, labelSelector: `${ROOT_POLICY_LABEL}=${label}` }, signal);
      const copies = new Map(items.map((one) => [one.metadata.namespace!, { ...POLICY, ...one }]));
      for (const [cluster, copy] of copies) if (!wanted.has(cluster)) await kube.delete(refOf(copy), {}, signal);
      if (policy === undefined) return;
      for (const [cluster, { enforced }] of wanted) await writeCopy(kube, copyOf(policy, cluster, enforced), copies.get(cluster), signal);
      const status: PolicyStatus = { ...summary([...wanted.keys()], copies), ...(placements.length === 0 ? {} : { placement: placements }) };
      if (!isDeepStrictEqual(status, statusOf(policy))) await kube.update({ ...policy, status }, { subresource: 'status' }, signal);
    },
  };
}

function keysOfRoot(copy: KubeObject): readonly ObjectKey[] {
  const root = rootOf(copy);
  return root === undefined ? [] : [root];
}

function copyOf(policy: KubeObject, cluster: string, enforced: boolean): KubeObject {
  const { name, namespace, labels, annotations } = policy.metadata;
  const copiesMetadata = specOf(policy).copyPolicyMetadata !== false;
  return {
    ...POLICY,
    metadata: {
      name: `${namespace}.${name}`,
      namespace: cluster,
      labels: {
        ...(copiesMetadata ? labels : {}),
        [ROOT_POLICY_LABEL]: `${namespace}.${name}`,
        'policy.open-cluster-management.io/cluster-name': cluster,
        'policy.open-cluster-management.io/cluster-namespace': cluster,
      },
      ...(copiesMetadata && annotations ? { annotations } : {}),
    },
    spec: { ...specOf(policy), ...(enforced ? { remediationAction: 'enforce' } : {}) },
  };
}

async function writeCopy(kube: HubDeps['kube'], copy: KubeObject, existing: KubeObject | undefined, signal: AbortSignal): Promise<void> {
  if (existing === undefined) {
    try {
      await kube.create(copy, {}, signal);
    } catch (error) {
      // The cluster's namespace is going: with it the copy.
      if (!isKubeApiError(error) || (error.status !== 403 && error.status !== 404)) throw error;
    }
    return;
  }
  const { metadata } = existing;
  const same =
    isDeepStrictEqual(existing['spec'], copy['spec']) &&
    isDeepStrictEqual([metadata.labels, metadata.annotations], [copy.metadata.labels, copy.metadata.annotations]);
  if (!same) await kube.update({ ...existing, metadata: { ...metadata, ...copy.metadata }, spec: copy['spec'] }, {}, signal);
}

/** One that is not compliant makes the policy so; one that has not reported leaves it open. */
function summary(clusters: readonly string[], copies: ReadonlyMap<string, KubeObject>): PolicyStatus {
  if (clusters.length === 0) return {};
  const status = clusters.map((name) => {
    const copy = copies.get(name);
    const compliant = copy && statusOf(copy).compliant;
    return { clustername: name, clusternamespace: name, ...(compliant === undefined ? {} : { compliant }) };
  });
  const seen = status.map(({ compliant }) => compliant);
  const worst = seen.includes('NonCompliant') ? 'NonCompliant' : seen.includes(undefined) ? undefined : seen.includes('Pending') ? 'Pending' : 'Compliant';
  return { ...(worst === undefined ? {} : { compliant: worst }), status };
}
