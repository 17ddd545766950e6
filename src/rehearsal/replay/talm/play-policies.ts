import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { KubeClient } from '../../../kube/kube-client.ts';
import { refOf, type KubeObject } from '../../../kube/objects.ts';

/** The `change` of entries of kind Test in `recorded/talm`. */
export type TalmAction =
  | { readonly action: 'create' | 'delete'; readonly kind: string; readonly object: string }
  | { readonly action: 'patch'; readonly kind: string; readonly object: string; readonly patch: unknown }
  | { readonly action: 'policy exists and is placed'; readonly policy: string; readonly compliance: Readonly<Record<string, string>> }
  | { readonly action: 'policy is enforce' }
  | { readonly action: 'compliance changes'; readonly policy: string; readonly cluster: string; readonly value: string }
  | { readonly action: 'managed cluster becomes available'; readonly cluster: string };

export const ACTIONS: ReadonlySet<string> = new Set<TalmAction['action']>([
  'create',
  'delete',
  'patch',
  'policy exists and is placed',
  'policy is enforce',
  'compliance changes',
  'managed cluster becomes available',
]);
const POLICY = { apiVersion: 'policy.open-cluster-management.io/v1', kind: 'Policy' } as const;
const CLUSTER = { apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster' } as const;
const ROOT_LABEL = 'policy.open-cluster-management.io/root-policy';
const AVAILABLE = [
  { type: 'HubAcceptedManagedCluster', reason: 'HubClusterAdminAccepted', message: 'Accepted by hub cluster admin' },
  { type: 'ManagedClusterJoined', reason: 'ManagedClusterJoined', message: 'Managed cluster joined' },
  { type: 'ManagedClusterConditionAvailable', reason: 'ManagedClusterAvailable', message: 'Managed cluster is available' },
];

/** Plays what the recordings had around TALM: clusters that report, policies copied to their namespaces, their compliance. */
export function playPolicies(kube: KubeClient, inputs: readonly KubeObject[]): (action: TalmAction) => Promise<void> {
  const early = new Set<string>();
  const input = (kind: string, name: string): KubeObject => {
    const found = inputs.find((one) => one.kind === kind && one.metadata.name === name);
    if (!found) throw new Error(`an action needs ${kind}/${name}, which is not among the inputs`);
    return found;
  };
  const patchStatus = async (object: KubeObject, status: unknown): Promise<unknown> =>
    kube.patch(refOf(object), { status }, { type: 'merge', subresource: 'status' });
  const report = async (policy: KubeObject, compliance: Readonly<Record<string, string>>): Promise<void> => {
    const status = Object.entries(compliance).map(([name, compliant]) => ({ clustername: name, clusternamespace: name, compliant }));
    const compliant = status.every((one) => one.compliant === 'Compliant') ? 'Compliant' : 'NonCompliant';
    await patchStatus(policy, { compliant, status });
  };
  const becomeAvailable = async (name: string): Promise<void> => {
    const lastTransitionTime = '2026-01-05T08:00:00Z';
    await patchStatus({ ...CLUSTER, metadata: { name } }, { conditions: AVAILABLE.map((one) => ({ ...one, status: 'True', lastTransitionTime })) });
  };
  const verdicts = new Map<string, Readonly<Record<string, string>>>();

  return async (action) => {
    switch (action.action) {
      case 'create': {
        const object = input(action.kind, action.object);
        if (object.metadata.namespace !== undefined) await ensureNamespace(kube, object.metadata.namespace);
        await kube.create(object);
        if (action.kind === 'ManagedCluster' && early.delete(action.object)) await becomeAvailable(action.object);
        return;
      }
      case 'patch':
        return void (await kube.patch(refOf(input(action.kind, action.object)), action.patch, { type: 'merge' }));
      case 'delete':
        return void (await kube.delete(refOf(input(action.kind, action.object))));
      case 'managed cluster becomes available':
        // Both may bear the same time in a recording, in either order.
        if ((await kube.get({ ...CLUSTER, name: action.cluster })) === undefined) early.add(action.cluster);
        else await becomeAvailable(action.cluster);
        return;
      case 'policy exists and is placed': {
        const policy = input('Policy', action.policy);
        const { name, namespace, annotations } = policy.metadata;
        await ensureNamespace(kube, namespace!);
        await kube.create(policy);
        for (const cluster of Object.keys(action.compliance)) {
          await ensureNamespace(kube, cluster);
          const labels = { [ROOT_LABEL]: `${namespace}.${name}` };
          await kube.create({ ...policy, metadata: { name: `${namespace}.${name}`, namespace: cluster, labels, ...(annotations ? { annotations } : {}) } });
        }
        verdicts.set(name, action.compliance);
        return report(policy, action.compliance);
      }
      case 'policy is enforce': {
        const { items } = await kube.list(POLICY);
        for (const { metadata } of items) await kube.patch(refOf({ ...POLICY, metadata }), { spec: { remediationAction: 'enforce' } }, { type: 'merge' });
        return;
      }
      case 'compliance changes': {
        const compliance = { ...verdicts.get(action.policy), [action.cluster]: action.value };
        verdicts.set(action.policy, compliance);
        return report(input('Policy', action.policy), compliance);
      }
    }
  };
}

async function ensureNamespace(kube: KubeClient, name: string): Promise<void> {
  try {
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  } catch (error) {
    if (!isKubeApiError(error) || error.reason !== 'AlreadyExists') throw error;
  }
}
