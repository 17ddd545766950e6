import type { KubeObject } from '../../../kube/objects.ts';
import { withConditions } from '../conditions.ts';
import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';

const SUBSCRIPTION = { apiVersion: 'operators.coreos.com/v1alpha1', kind: 'Subscription' } as const;
const INSTALL_PLAN = { apiVersion: 'operators.coreos.com/v1alpha1', kind: 'InstallPlan' } as const;
const CLUSTER_SERVICE_VERSION = { apiVersion: 'operators.coreos.com/v1alpha1', kind: 'ClusterServiceVersion' } as const;

/** The packages of a hub's catalogue, each with the version its default channel is at. */
const CATALOGUE: Readonly<Record<string, string>> = {
  'advanced-cluster-management': 'advanced-cluster-management.v2.13.2',
  'openshift-gitops-operator': 'openshift-gitops-operator.v1.16.0',
  'topology-aware-lifecycle-manager': 'topology-aware-lifecycle-manager.v4.18.0',
};

interface SubscriptionObject extends KubeObject {
  readonly spec?: { readonly name?: string; readonly source?: string; readonly sourceNamespace?: string };
  readonly status?: { readonly conditions?: Parameters<typeof withConditions>[0]; readonly installedCSV?: string };
}

/**
 * OLM, as far as a hub's preparation sees it (reference/ztp.md §1.2; no recording, no claim of fidelity): a Subscription
 * gets an InstallPlan, that a ClusterServiceVersion, and that goes through its phases.
 */
export function subscriptionController(deps: Pick<HubDeps, 'kube' | 'clock' | 'seed'>): Controller {
  const { kube, clock } = deps;
  return {
    name: 'olm/subscriptions',
    watches: [{ kind: SUBSCRIPTION }],
    async reconcile({ namespace, name }, signal) {
      const subscription: SubscriptionObject | undefined = await kube.get({ ...SUBSCRIPTION, name, ...(namespace === undefined ? {} : { namespace }) }, signal);
      if (subscription === undefined || subscription.status?.installedCSV !== undefined) return undefined;
      const { name: wanted = '', source = '', sourceNamespace = '' } = subscription.spec ?? {};
      const csv = Object.hasOwn(CATALOGUE, wanted) ? CATALOGUE[wanted] : undefined;
      if (csv === undefined)
        return unresolved(subscription, `no operators found in package ${wanted} in the catalog referenced by subscription ${name}`, signal);
      const sinceMs = clock.now() - Date.parse(subscription.metadata.creationTimestamp!);
      const stage = (what: string, minS: number, maxS: number): number =>
        jitterMs(deps.seed, `Subscription/${namespace}/${name}`, what, minS * 1000, maxS * 1000);
      const planned = stage('plan', 15, 40);
      const succeeded = planned + stage('install', 60, 180);
      const place = { namespace, name: csv };
      if (sinceMs < planned) return { afterMs: planned - sinceMs };
      const phase = sinceMs < succeeded ? 'Installing' : 'Succeeded';
      await putPlan({ namespace, name: `install-${name}` }, csv, phase, signal);
      await putVersion(place, phase, signal);
      const status = {
        ...subscription.status,
        currentCSV: csv,
        state: phase === 'Succeeded' ? 'AtLatestKnown' : 'UpgradePending',
        ...(phase === 'Succeeded' && { installedCSV: csv }),
        catalog: `${source}/${sourceNamespace}`,
      };
      await kube.update({ ...subscription, status }, { subresource: 'status' }, signal);
      return phase === 'Succeeded' ? undefined : { afterMs: succeeded - sinceMs };
    },
  };

  async function unresolved(subscription: SubscriptionObject, message: string, signal: AbortSignal): Promise<void> {
    const condition = {
      type: 'ResolutionFailed',
      status: 'True',
      reason: 'ConstraintsNotSatisfiable',
      message: `constraints not satisfiable: ${message}`,
    } as const;
    const before = subscription.status?.conditions;
    const conditions = withConditions(before, [condition], clock.now());
    if (conditions !== before) await kube.update({ ...subscription, status: { ...subscription.status, conditions } }, { subresource: 'status' }, signal);
  }

  async function putPlan(at: Place, csv: string, phase: string, signal: AbortSignal): Promise<void> {
    await put(
      INSTALL_PLAN,
      at,
      { approval: 'Automatic', approved: true, clusterServiceVersionNames: [csv] },
      { phase: phase === 'Succeeded' ? 'Complete' : 'Installing' },
      signal,
    );
  }

  async function putVersion(at: Place, phase: string, signal: AbortSignal): Promise<void> {
    const status =
      phase === 'Succeeded'
        ? { phase, reason: 'InstallSucceeded', message: 'install strategy completed with no errors' }
        : { phase, reason: 'InstallWaiting', message: 'installing: waiting for deployment to become ready' };
    await put(CLUSTER_SERVICE_VERSION, at, { displayName: at.name }, status, signal);
  }

  async function put(
    kind: { readonly apiVersion: string; readonly kind: string },
    { namespace, name }: Place,
    spec: object,
    status: object,
    signal: AbortSignal,
  ): Promise<void> {
    const ref = { ...kind, name, ...(namespace === undefined ? {} : { namespace }) };
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
    const object = (await kube.get(ref, signal)) ?? (await kube.create({ ...kind, metadata, spec }, {}, signal));
    if (JSON.stringify(object['status']) !== JSON.stringify(status)) await kube.update({ ...object, status }, { subresource: 'status' }, signal);
  }
}

interface Place {
  readonly namespace: string | undefined;
  readonly name: string;
}
