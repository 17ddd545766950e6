import { createHash } from 'node:crypto';
import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import { refOf, type KindRef, type KubeObject } from '../../../kube/objects.ts';
import type { HubDeps } from '../hub-deps.ts';
import { PLACEMENT } from '../placement/placement-controller.ts';
import { BINDING } from './kinds.ts';
import type { PolicyRef, Upgrade } from './upgrade.ts';

type Deps = Pick<HubDeps, 'kube' | 'seed'>;

const LABEL = 'openshift-cluster-group-upgrades';
const MAX_NAME = 253;
/** What Kubernetes makes random names of: no vowels, no look-alikes. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Makes the placement and binding with which each policy will be enforced, on no cluster yet, and names them in the status. */
export async function ensurePlacements({ kube, seed }: Deps, upgrade: Upgrade, policies: readonly KubeObject[], signal: AbortSignal): Promise<void> {
  const { status } = upgrade;
  for (const { metadata: policy } of policies) {
    const wanted = wantedName(upgrade, { name: policy.name, namespace: policy.namespace! });
    const name = status.safeResourceNames?.[wanted] ?? safeName(seed, upgrade, wanted);
    status.safeResourceNames = { ...status.safeResourceNames, [wanted]: name };
    const labels = {
      app: LABEL,
      [`${LABEL}/clusterGroupUpgrade`]: upgrade.object.metadata.name,
      [`${LABEL}/clusterGroupUpgradeNamespace`]: upgrade.object.metadata.namespace!,
      'velero.io/exclude-from-backup': 'true',
    };
    const metadata = { name, namespace: policy.namespace!, labels, annotations: { 'cluster-group-upgrades-operator/rname': wanted } };
    await ensure(
      kube,
      {
        ...PLACEMENT,
        metadata: { ...metadata, labels: { ...labels, [`${LABEL}/forPolicy`]: policy.name } },
        spec: { predicates: predicatesFor([]) },
      },
      signal,
    );
    await ensure(
      kube,
      {
        ...BINDING,
        metadata,
        // The policy is enforced on what this placement selects, and stays as it is elsewhere.
        subFilter: 'restricted',
        bindingOverrides: { remediationAction: 'enforce' },
        placementRef: { name, kind: PLACEMENT.kind, apiGroup: PLACEMENT.apiVersion.split('/')[0] },
        subjects: [{ name: policy.name, kind: 'Policy', apiGroup: 'policy.open-cluster-management.io' }],
      },
      signal,
    );
  }
  const placements = await childrenOf({ kube }, upgrade, PLACEMENT, signal);
  const bindings = await childrenOf({ kube }, upgrade, BINDING, signal);
  status.placements = placements.length === 0 ? undefined : placements.map(({ metadata }) => metadata.name);
  status.placementBindings = bindings.length === 0 ? undefined : bindings.map(({ metadata }) => metadata.name);
}

/** Enforces a policy on more clusters. */
export async function addToPlacement({ kube }: Deps, upgrade: Upgrade, policy: PolicyRef, clusters: readonly string[], signal: AbortSignal): Promise<void> {
  const wanted = wantedName(upgrade, policy);
  const name = upgrade.status.safeResourceNames?.[wanted];
  const placement = name === undefined ? undefined : await kube.get({ ...PLACEMENT, namespace: policy.namespace, name }, signal);
  if (placement === undefined) throw new Error(`placement object name ${wanted} not found in CGU ${upgrade.object.metadata.name}`);
  const selected = clustersOf(placement);
  const added = clusters.filter((one) => !selected.includes(one));
  if (added.length > 0) await kube.update({ ...placement, spec: { predicates: predicatesFor([...selected, ...added]) } }, {}, signal);
}

/** Takes every cluster out of the placements, between two batches. */
export async function emptyPlacements({ kube }: Deps, upgrade: Upgrade, signal: AbortSignal): Promise<void> {
  for (const placement of await childrenOf({ kube }, upgrade, PLACEMENT, signal))
    if (clustersOf(placement).length > 0) await kube.update({ ...placement, spec: { predicates: predicatesFor([]) } }, {}, signal);
}

export async function deletePlacements({ kube }: Deps, upgrade: Upgrade, signal: AbortSignal): Promise<void> {
  for (const kind of [PLACEMENT, BINDING]) for (const child of await childrenOf({ kube }, upgrade, kind, signal)) await kube.delete(refOf(child), {}, signal);
  upgrade.status.placements = undefined;
  upgrade.status.placementBindings = undefined;
  upgrade.status.safeResourceNames = undefined;
}

async function childrenOf({ kube }: Pick<Deps, 'kube'>, { object, status }: Upgrade, kind: KindRef, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const { name, namespace } = object.metadata;
  const labelSelector = `${LABEL}/clusterGroupUpgrade=${name},${LABEL}/clusterGroupUpgradeNamespace=${namespace}`;
  const namespaces = new Set((status.managedPoliciesForUpgrade ?? []).map((one) => one.namespace));
  const lists = await Promise.all([...namespaces].map((one) => kube.list({ ...kind, namespace: one, labelSelector }, signal)));
  return lists.flatMap(({ items }) => items.map((item) => ({ ...kind, ...item })));
}

function predicatesFor(clusters: readonly string[]): unknown[] {
  const expression = { key: 'name', operator: 'In', ...(clusters.length === 0 ? {} : { values: clusters }) };
  return [{ requiredClusterSelector: { celSelector: {}, claimSelector: {}, labelSelector: { matchExpressions: [expression] } } }];
}

function clustersOf(placement: KubeObject): readonly string[] {
  const spec = placement['spec'] as {
    predicates?: { requiredClusterSelector?: { labelSelector?: { matchExpressions?: { key: string; values?: string[] }[] } } }[];
  };
  return spec.predicates?.[0]?.requiredClusterSelector?.labelSelector?.matchExpressions?.find(({ key }) => key === 'name')?.values ?? [];
}

/** `<namespace>/<upgrade>-<policy>-placement`: what both would be called if names could be as long as one likes. */
function wantedName({ object }: Upgrade, policy: PolicyRef): string {
  return `${policy.namespace}/${object.metadata.name}-${policy.name}-placement`;
}

function safeName(seed: number | string, { object }: Upgrade, wanted: string): string {
  const [namespace = '', name = ''] = wanted.split('/');
  const hash = createHash('sha256').update(`${seed}/${object.metadata.uid}/${wanted}`).digest();
  const suffix = [...hash.subarray(0, 5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${name.slice(0, MAX_NAME - namespace.length - suffix.length - 1).replace(/[^a-zA-Z0-9-]+$/, '')}-${suffix}`;
}

/** A turn that could not write its status finds them there already. */
async function ensure(kube: HubDeps['kube'], object: KubeObject, signal: AbortSignal): Promise<void> {
  try {
    await kube.create(object, {}, signal);
  } catch (error) {
    if (!isKubeApiError(error) || error.reason !== 'AlreadyExists') throw error;
  }
}
