import { rfc3339Seconds } from '../conditions.ts';
import type { LookAgain } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { completeCluster } from './change-cluster.ts';
import { nextPolicy } from './compliance.ts';
import { addToPlacement, emptyPlacements } from './placements.ts';
import { batchLimitMs } from './remediation-plan.ts';
import { AT_ONCE } from './start-upgrade.ts';
import { setCondition, setTimedOut, type ClusterState, type Progress, type Upgrade } from './upgrade.ts';

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed'>;

const MINUTE_MS = 60_000;
/** Limits are looked at when a batch begins, when a verdict changes, and this often. */
const PERIOD_MS = 5 * MINUTE_MS;
const SOAKING: LookAgain = { afterMs: 30_000 };

/** A roll-out under way: enforces the next policy on each cluster of the batch, moves on, and minds the limits. */
export async function runBatches(deps: Deps, cache: ObjectCache, upgrade: Upgrade, signal: AbortSignal): Promise<LookAgain> {
  const { spec, status } = upgrade;
  const nowMs = deps.clock.now();
  const plan = status.remediationPlan ?? [];
  const progress = status.status;
  const batch = (progress.currentBatch ??= 1);
  const dueMs = progress.currentBatchStartedAt === undefined ? 0 : Date.parse(progress.currentBatchStartedAt) + PERIOD_MS - nowMs;
  const later = { afterMs: dueMs > 0 ? dueMs : PERIOD_MS };
  if (progress.currentBatchStartedAt === undefined) {
    progress.currentBatchRemediationProgress = Object.fromEntries((plan[batch - 1] ?? []).map((cluster) => [cluster, { state: 'NotStarted' }]));
    progress.currentBatchStartedAt = rfc3339Seconds(nowMs);
  }
  const startMs = Date.parse(progress.startedAt!);
  const { timeout, canaries = [] } = spec.remediationStrategy;
  if (nowMs - startMs > timeout * MINUTE_MS) {
    setTimedOut(upgrade, '', nowMs);
    countTimedOut(upgrade);
    return AT_ONCE;
  }
  const { complete, soaking } = await updateProgress(deps, cache, upgrade, plan[batch - 1] ?? [], signal);
  const isLast = batch >= plan.length;
  if (complete && !isLast) {
    await emptyPlacements(deps, upgrade, signal);
    nextBatch(upgrade);
    return AT_ONCE;
  }
  if (complete && stillComplete(cache, upgrade, nowMs)) {
    setCondition(upgrade, 'Progressing', 'False', 'Completed', 'All clusters are compliant with all the managed policies', nowMs);
    setCondition(upgrade, 'Succeeded', 'True', 'Completed', 'All clusters are compliant with all the managed policies', nowMs);
    return AT_ONCE;
  }
  await enforce(deps, upgrade, signal);
  const batchStartMs = Date.parse(progress.currentBatchStartedAt);
  if (isLast || nowMs - batchStartMs <= batchLimitMs(timeout, plan.length, batch, batchStartMs, startMs)) return soaking ? SOAKING : later;
  if (batch <= canaries.length) {
    setTimedOut(upgrade, ' on canary clusters', nowMs);
    return AT_ONCE;
  }
  countTimedOut(upgrade);
  if (spec.batchTimeoutAction === 'Abort') setTimedOut(upgrade, ' on some clusters', nowMs);
  else nextBatch(upgrade);
  return AT_ONCE;
}

function nextBatch({ status }: Upgrade): void {
  status.status.currentBatch = (status.status.currentBatch ?? 1) + 1;
  status.status.currentBatchStartedAt = undefined;
}

/** @returns whether every cluster of the batch is compliant with every policy, and whether one waits until it is for sure. */
async function updateProgress(
  deps: Deps,
  cache: ObjectCache,
  upgrade: Upgrade,
  batch: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly complete: boolean; readonly soaking: boolean }> {
  const { status } = upgrade;
  const nowMs = deps.clock.now();
  const policies = status.managedPoliciesForUpgrade ?? [];
  let complete = true;
  let soaking = false;
  for (const cluster of batch) {
    const before: Progress = status.status.currentBatchRemediationProgress?.[cluster] ?? { state: 'NotStarted' };
    if (before.state === 'Completed') continue;
    const next = nextPolicy(cache, policies, cluster, before.policyIndex ?? 0, before, nowMs);
    soaking ||= next.soaking;
    const { firstCompliantAt = next.soaking ? rfc3339Seconds(nowMs) : undefined } = before;
    const since = firstCompliantAt === undefined ? {} : { firstCompliantAt };
    const isDone = next.index >= policies.length;
    const after: Progress = isDone ? { ...since, state: 'Completed' } : { ...since, state: 'InProgress', policyIndex: next.index };
    status.status.currentBatchRemediationProgress = { ...status.status.currentBatchRemediationProgress, [cluster]: after };
    if (isDone) await completeCluster(deps, upgrade, cluster, signal);
    else complete = false;
  }
  return { complete, soaking };
}

/** With the last batch, all earlier ones must be compliant too: those that timed out may have become so. */
function stillComplete(cache: ObjectCache, { status }: Upgrade, nowMs: number): boolean {
  const policies = status.managedPoliciesForUpgrade ?? [];
  const earlier = (status.remediationPlan ?? []).slice(0, -1).flat();
  return earlier.every((cluster) => {
    const progress = status.status.currentBatchRemediationProgress?.[cluster];
    return nextPolicy(cache, policies, cluster, 0, progress, nowMs).index >= policies.length;
  });
}

/** Adds each cluster at work to the placement of the policy it has come to. */
async function enforce(deps: Deps, upgrade: Upgrade, signal: AbortSignal): Promise<void> {
  const { managedPoliciesForUpgrade: policies = [], status } = upgrade.status;
  const working = Object.entries(status.currentBatchRemediationProgress ?? {});
  for (const [index, policy] of policies.entries()) {
    const clusters = working.filter(([, one]) => one.state === 'InProgress' && one.policyIndex === index).map(([name]) => name);
    if (clusters.length > 0) await addToPlacement(deps, upgrade, policy, clusters, signal);
  }
}

/** Clusters of the batch that did not make it, each with the policy it hangs at. */
function countTimedOut({ status }: Upgrade): void {
  const { currentBatch = 1, currentBatchRemediationProgress: progress = {} } = status.status;
  if (Object.keys(progress).length === 0) return;
  const late = (status.remediationPlan?.[currentBatch - 1] ?? []).flatMap((name): ClusterState[] => {
    const one = progress[name];
    if (one?.state === 'Completed' || one?.state === 'NotStarted') return [];
    const policy = one?.policyIndex === undefined ? undefined : status.managedPoliciesForUpgrade?.[one.policyIndex];
    const currentPolicy = policy && { name: policy.name, status: 'NonCompliant' };
    return [{ name, state: 'timedout', ...(currentPolicy ? { currentPolicy } : {}) }];
  });
  if (late.length > 0) status.clusters = [...(status.clusters ?? []), ...late];
}
