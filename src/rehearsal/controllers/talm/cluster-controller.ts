import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import { refOf, type KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { isDeleting, isOnline, MANAGED_CLUSTER, NAMESPACE } from '../cluster/managed-cluster.ts';
import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { rootOf } from './find-policies.ts';
import { DONE_LABEL, INSTALL_NAMESPACE, POLICY, ROOT_POLICY_LABEL, RUNNING_LABEL, UPGRADE, WAVE_ANNOTATION } from './kinds.ts';

type Deps = Pick<HubDeps, 'kube' | 'log'>;

/**
 * Gives every cluster that becomes available, and is not labelled `ztp-done`, a roll-out of the policies that are on it at
 * that moment, in the order of their waves. Without policies the roll-out is empty and the cluster done at once
 * (reference/ztp.md §5.6).
 */
export function clusterController({ kube, log }: Deps, cache: ObjectCache): Controller {
  const state = (cluster: KubeObject): unknown => [isOnline(cluster), cluster.metadata.labels?.[DONE_LABEL]];
  return {
    name: 'managedcluster-for-cgu',
    watches: [
      { kind: MANAGED_CLUSTER, keysOf: changedOnly(state) },
      { kind: POLICY, keysOf: () => [] },
      { kind: UPGRADE, keysOf: (upgrade, cache) => (isGone(upgrade, cache) ? [{ namespace: undefined, name: upgrade.metadata.name }] : []) },
    ],
    async reconcile({ name }, signal) {
      const cluster = await kube.get({ ...MANAGED_CLUSTER, name }, signal);
      if (cluster === undefined || isDeleting(cluster) || cluster.metadata.labels?.[DONE_LABEL] !== undefined || !isOnline(cluster)) return;
      if ((await kube.get({ ...UPGRADE, namespace: INSTALL_NAMESPACE, name }, signal)) !== undefined) return;
      const managedPolicies = policiesInOrder(cache, name, log);
      const owner = {
        apiVersion: MANAGED_CLUSTER.apiVersion,
        kind: MANAGED_CLUSTER.kind,
        name,
        uid: cluster.metadata.uid!,
        controller: true,
        blockOwnerDeletion: true,
      };
      await createInNamespace(
        kube,
        {
          ...UPGRADE,
          metadata: { name, namespace: INSTALL_NAMESPACE, ownerReferences: [owner] },
          spec: {
            enable: true,
            clusters: [name],
            ...(managedPolicies.length === 0 ? {} : { managedPolicies }),
            remediationStrategy: { maxConcurrency: 1 },
            actions: {
              beforeEnable: { addClusterLabels: { [RUNNING_LABEL]: '' } },
              afterCompletion: { addClusterLabels: { [DONE_LABEL]: '' }, removeClusterLabels: [RUNNING_LABEL] },
            },
          },
        },
        signal,
      );
    },
  };
}

/** Those with a wave that are not enforced already; equal waves by name. */
function policiesInOrder(cache: ObjectCache, cluster: string, log: Deps['log']): readonly string[] {
  const waves = new Map<string, number>();
  for (const copy of cache.list({ ...POLICY, namespace: cluster })) {
    const root = copy.metadata.labels?.[ROOT_POLICY_LABEL] === undefined ? undefined : rootOf(copy);
    const wave = copy.metadata.annotations?.[WAVE_ANNOTATION];
    const { remediationAction } = copy['spec'] as { remediationAction?: string };
    if (root === undefined || wave === undefined || remediationAction?.toLowerCase() === 'enforce') continue;
    if (/^[+-]?\d+$/.test(wave)) waves.set(root.name, Number(wave));
    else log(`${WAVE_ANNOTATION} in policy ${copy.metadata.name} is not an integer: ${wave}`);
  }
  return [...waves].toSorted(([a, first], [b, second]) => first - second || (a < b ? -1 : 1)).map(([name]) => name);
}

function isGone(upgrade: KubeObject, cache: ObjectCache): boolean {
  return upgrade.metadata.namespace === INSTALL_NAMESPACE && cache.get(refOf(upgrade)) === undefined;
}

async function createInNamespace(kube: HubDeps['kube'], object: KubeObject, signal: AbortSignal): Promise<void> {
  try {
    await kube.create(object, {}, signal);
  } catch (error) {
    if (!isKubeApiError(error) || error.status !== 404) throw error;
    await kube.create({ ...NAMESPACE, metadata: { name: INSTALL_NAMESPACE } }, {}, signal);
    await kube.create(object, {}, signal);
  }
}
