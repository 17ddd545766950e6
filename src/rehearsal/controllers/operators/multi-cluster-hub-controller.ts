import type { KubeObject } from '../../../kube/objects.ts';
import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';

const MULTI_CLUSTER_HUB = { apiVersion: 'operator.open-cluster-management.io/v1', kind: 'MultiClusterHub' } as const;
const MULTI_CLUSTER_ENGINE = { apiVersion: 'multicluster.openshift.io/v1', kind: 'MultiClusterEngine', name: 'multiclusterengine' } as const;
const VERSION = '2.13.2';

/** The management operator: MultiClusterHub goes from Installing to Running and brings its MultiClusterEngine (reference/ztp.md §2.8). */
export function multiClusterHubController({ kube, clock, seed }: Pick<HubDeps, 'kube' | 'clock' | 'seed'>): Controller {
  return {
    name: 'acm/multiclusterhubs',
    watches: [{ kind: MULTI_CLUSTER_HUB }],
    async reconcile({ namespace, name }, signal) {
      const hub = await kube.get({ ...MULTI_CLUSTER_HUB, name, ...(namespace === undefined ? {} : { namespace }) }, signal);
      if (hub === undefined || phaseOf(hub) === 'Running') return undefined;
      const sinceMs = clock.now() - Date.parse(hub.metadata.creationTimestamp!);
      const dueMs = jitterMs(seed, `MultiClusterHub/${name}`, 'running', 300_000, 480_000);
      const isUp = sinceMs >= dueMs;
      if (isUp) await engine(signal);
      await setStatus(hub, { phase: isUp ? 'Running' : 'Installing', desiredVersion: VERSION, ...(isUp && { currentVersion: VERSION }) }, signal);
      return isUp ? undefined : { afterMs: dueMs - sinceMs };
    },
  };

  async function engine(signal: AbortSignal): Promise<void> {
    const { name, ...kind } = MULTI_CLUSTER_ENGINE;
    const there = (await kube.get(MULTI_CLUSTER_ENGINE, signal)) ?? (await kube.create({ ...kind, metadata: { name }, spec: {} }, {}, signal));
    await setStatus(there, { phase: 'Available' }, signal);
  }

  async function setStatus(object: KubeObject, status: object, signal: AbortSignal): Promise<void> {
    if (JSON.stringify(object['status']) !== JSON.stringify(status)) await kube.update({ ...object, status }, { subresource: 'status' }, signal);
  }
}

function phaseOf(object: KubeObject): string | undefined {
  return (object['status'] as { readonly phase?: string } | undefined)?.phase;
}
