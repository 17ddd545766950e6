import { conditionOf, rfc3339Seconds } from '../conditions.ts';
import type { LookAgain } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { changeCluster, completeCluster } from './change-cluster.ts';
import { findPolicies } from './find-policies.ts';
import { UPGRADE } from './kinds.ts';
import { ensurePlacements } from './placements.ts';
import { planRemediation } from './remediation-plan.ts';
import { selectClusters } from './select-clusters.ts';
import { setCondition, upgradeOf, type Upgrade } from './upgrade.ts';

/** The operator comes back at once; it rests 100 ms before each turn. */
export const AT_ONCE: LookAgain = { afterMs: 100 };
const MINUTE_MS = 60_000;

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'log'>;

/** A roll-out that has not begun: checks what it names, plans it, and starts it once it is enabled and nothing blocks it. */
export async function startUpgrade(deps: Deps, cache: ObjectCache, upgrade: Upgrade, signal: AbortSignal): Promise<LookAgain> {
  const { spec, status } = upgrade;
  const nowMs = deps.clock.now();
  const { conditions } = status;
  const set = (type: string, value: 'True' | 'False', reason: string, message: string): void => setCondition(upgrade, type, value, reason, message, nowMs);

  const selection = selectClusters(cache, spec);
  if ('refused' in selection) {
    set('ClustersSelected', 'False', 'ClusterNotFound', `Unable to select clusters: ${selection.refused}`);
    return { afterMs: 5 * MINUTE_MS, idle: true };
  }
  const { clusters } = selection;
  set('ClustersSelected', 'True', 'ClusterSelectionCompleted', 'All selected clusters are valid');
  const { maxConcurrency } = spec.remediationStrategy;
  const computed = maxConcurrency > 0 ? Math.min(maxConcurrency, clusters.length) : clusters.length;
  if (computed !== (status.computedMaxConcurrency ?? 0)) {
    // Only this is written in the first turn.
    status.conditions = conditions;
    status.computedMaxConcurrency = computed;
    return AT_ONCE;
  }

  const { manifestWorkTemplates = [], backup, preCaching } = spec;
  if (manifestWorkTemplates.length > 0) {
    // This hub has no ManifestWorkReplicaSets, so they do not exist.
    set('Validated', 'False', 'NotAllManifestTemplatesExist', `Missing manifest templates: [${manifestWorkTemplates.join(' ')}]`);
    return { afterMs: MINUTE_MS, idle: true };
  }
  if (backup || preCaching) deps.log(`ClusterGroupUpgrade ${upgrade.object.metadata.name}: precaching and backup are not simulated, they count as done`);
  const found = findPolicies(cache, upgrade, clusters);
  if (!('policies' in found)) {
    set('Validated', 'False', found.reason, found.message);
    return { afterMs: found.afterMs, idle: true };
  }
  set('Validated', 'True', 'ValidationCompleted', 'Completed validation');
  const plan = planRemediation(spec, computed, clusters, found.policies);
  status.remediationPlan = plan.batches;
  await ensurePlacements(deps, upgrade, found.policies, signal);

  if (spec.enable === false) {
    set('Progressing', 'False', 'NotEnabled', 'Not enabled');
    return { afterMs: 5 * MINUTE_MS, idle: true };
  }
  status.status.startedAt ??= rfc3339Seconds(nowMs);
  const blocked = await blockedBy(deps, upgrade, signal);
  if (blocked) {
    set('Progressing', 'False', blocked.reason, blocked.message);
    return { afterMs: MINUTE_MS, idle: true };
  }
  const finished = await finishedElsewhere(deps, upgrade, signal);
  const chosen = finished ? clusters.filter((one) => finished.has(one)) : clusters;
  if (chosen.length === 0 && finished) {
    const message = 'No clusters available for remediation after filtering out non-completed clusters from blocking CGUs';
    set('Progressing', 'False', 'Completed', message);
    set('Succeeded', 'False', 'Failed', message);
    return { afterMs: MINUTE_MS / 2 };
  }
  const { batches } = planRemediation(spec, computed, chosen, found.policies);
  status.remediationPlan = batches;
  for (const cluster of plan.compliant) await completeCluster(deps, upgrade, cluster, signal);
  for (const cluster of batches?.flat() ?? []) await changeCluster(deps, cluster, spec.actions?.beforeEnable, signal);
  if (batches === undefined) {
    set('Progressing', 'False', 'Completed', 'All clusters are compliant with all the managed policies');
    set('Succeeded', 'True', 'Completed', 'All clusters already compliant with the specified managed policies');
  } else {
    set('Progressing', 'True', 'InProgress', 'Remediating non-compliant policies');
  }
  return AT_ONCE;
}

const BLOCKING_MODE = 'ran.openshift.io/blocking-cgu-completion-mode';
const CLUSTER_FILTER = 'ran.openshift.io/blocking-cgu-cluster-filtering';

/** Roll-outs that must have ended well before this one; in mode `partial` it is enough that they ended. */
async function blockedBy({ kube }: Deps, upgrade: Upgrade, signal: AbortSignal): Promise<{ reason: string; message: string } | undefined> {
  const missing: string[] = [];
  const incomplete: string[] = [];
  for (const { name, namespace } of upgrade.spec.blockingCRs ?? []) {
    const other = await kube.get({ ...UPGRADE, name, namespace }, signal);
    const succeeded = other && conditionOf(upgradeOf(other).status.conditions, 'Succeeded');
    if (other === undefined) missing.push(name);
    else if (succeeded === undefined || (!isPartial(upgrade) && succeeded.status !== 'True')) incomplete.push(name);
  }
  if (missing.length > 0) return { reason: 'MissingBlockingCR', message: `Missing blocking CRs: [${missing.join(' ')}]` };
  if (incomplete.length > 0) return { reason: 'IncompleteBlockingCR', message: `Blocking CRs that are not completed: [${incomplete.join(' ')}]` };
  return undefined;
}

/** With the filter on: the clusters that every blocking roll-out completed. */
async function finishedElsewhere({ kube }: Deps, upgrade: Upgrade, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
  if (!isPartial(upgrade) || upgrade.object.metadata.annotations?.[CLUSTER_FILTER] !== 'true') return undefined;
  const blocking = upgrade.spec.blockingCRs ?? [];
  const counts = new Map<string, number>();
  for (const { name, namespace } of blocking) {
    const other = await kube.get({ ...UPGRADE, name, namespace }, signal);
    for (const one of (other && upgradeOf(other).status.clusters) ?? []) if (one.state === 'complete') counts.set(one.name, (counts.get(one.name) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count === blocking.length).map(([name]) => name));
}

function isPartial({ object }: Upgrade): boolean {
  return object.metadata.annotations?.[BLOCKING_MODE] === 'partial';
}
