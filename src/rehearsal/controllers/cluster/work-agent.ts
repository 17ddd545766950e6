import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { withConditions } from '../conditions.ts';
import { dropFinalizer } from '../drop-finalizer.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import { crdsWorkName, klusterletWorkName, WORK_FINALIZER } from './klusterlet-works.ts';
import { isDeleting } from './managed-cluster.ts';
import type { SpokeAgent } from './spoke-agent.ts';

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed'>;
/** How long the agent waits before it tries again what the cluster did not let it do. */
const AGAIN_MS = 10_000;

/** What a managed cluster's agent does with its ManifestWorks: it says that they are applied. */
export async function reportApplied({ kube, clock }: Deps, work: KubeObject, signal: AbortSignal): Promise<void> {
  const status = (work['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  const conditions = withConditions(
    status.conditions,
    [
      { type: 'Applied', status: 'True', reason: 'AppliedManifestWorkComplete', message: 'Apply manifest work complete' },
      { type: 'Available', status: 'True', reason: 'ResourcesAvailable', message: 'All resources are available' },
    ],
    clock.now(),
  );
  if (conditions !== status.conditions) await kube.update({ ...work, status: { ...status, conditions } }, { subresource: 'status' }, signal);
}

/**
 * Cleans up after works that are being deleted, as the agent does there, or the hub in its place (`forced`).
 *
 * @returns when the next one is due; undefined when none waits.
 */
export async function finishDeletions(
  deps: Deps,
  cluster: string,
  works: readonly KubeObject[],
  forced: boolean,
  agent: SpokeAgent | undefined,
  signal: AbortSignal,
): Promise<number | undefined> {
  let next: number | undefined;
  for (const work of works.filter(isDeleting)) {
    const leftMs = forced ? 0 : Date.parse(work.metadata.deletionTimestamp!) + cleanupMs(deps.seed, cluster, work.metadata.name) - deps.clock.now();
    if (leftMs > 0) next = Math.min(next ?? leftMs, leftMs);
    else if (forced || agent === undefined || (await cleanUp(agent, cluster, work, signal))) await dropFinalizer(deps.kube, work, WORK_FINALIZER, signal);
    else next = Math.min(next ?? AGAIN_MS, AGAIN_MS);
  }
  return next;
}

/** @returns false when the cluster is away: its agent would not even know. */
function cleanUp(agent: SpokeAgent, cluster: string, work: KubeObject, signal: AbortSignal): Promise<boolean> {
  if (work.metadata.name === klusterletWorkName(cluster)) return agent.removeKlusterlet(signal);
  return work.metadata.name === crdsWorkName(cluster) ? agent.removeDefinitions(signal) : agent.isThere(signal);
}

function cleanupMs(seed: number | string, cluster: string, work: string): number {
  if (work === klusterletWorkName(cluster)) return jitterMs(seed, work, 'remove-klusterlet', 15_000, 30_000);
  return work === crdsWorkName(cluster) ? jitterMs(seed, work, 'remove-crds', 3000, 6000) : jitterMs(seed, work, 'remove-work', 2000, 5000);
}
