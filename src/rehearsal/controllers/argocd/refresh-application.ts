import { isDeepStrictEqual } from 'node:util';
import { rfc3339Seconds } from '../conditions.ts';
import type { Application, ApplicationCondition, ApplicationStatus, Operation } from './application.ts';
import { projectOf, targetOf, type ArgoDeps } from './argo-deps.ts';
import { staleRevision, withForeignChanges } from './argo-faults.ts';
import { projectRefusal } from './check-project.ts';
import { compare, type Comparison } from './compare.ts';
import { FIELD_MANAGER, REFRESH_ANNOTATION } from './kinds.ts';

const DEFAULT_RETRIES = 5;
const OURS = ['ComparisonError', 'InvalidSpecError', 'SyncError'];

/** Holds an Application against the hub, shows what was found, and asks for a sync if it is automated. */
export async function refreshApplication(deps: ArgoDeps, app: Application, signal: AbortSignal): Promise<void> {
  const status = await statusOf(deps, app, signal);
  const { [REFRESH_ANNOTATION]: _asked, ...annotations } = app.metadata.annotations ?? {};
  const operation = automatedOperation(app, status);
  await deps.kube.update(
    { ...app, metadata: { ...app.metadata, annotations }, status, ...(operation && { operation }) },
    { fieldManager: FIELD_MANAGER },
    signal,
  );
}

async function statusOf(deps: ArgoDeps, app: Application, signal: AbortSignal): Promise<ApplicationStatus> {
  const { spec, status: before = {} } = app;
  const reconciledAt = rfc3339Seconds(deps.clock.now());
  const comparedTo = { source: spec.source, destination: spec.destination };
  const conditionsWith = (one: ApplicationCondition | undefined): readonly ApplicationCondition[] => {
    const others = (before.conditions ?? []).filter(({ type }) => !OURS.includes(type));
    const sinceMs = before.conditions?.find(({ type }) => type === one?.type)?.lastTransitionTime ?? reconciledAt;
    return one === undefined ? others : [...others, { ...one, lastTransitionTime: sinceMs }];
  };
  const unknown = (type: string, message: string): ApplicationStatus => ({
    ...before,
    reconciledAt,
    conditions: conditionsWith({ type, message }),
    sync: { status: 'Unknown', revision: before.sync?.revision ?? '', comparedTo },
    health: { status: 'Healthy', lastTransitionTime: before.health?.lastTransitionTime ?? reconciledAt },
  });
  const refusal = projectRefusal(spec, await projectOf(deps, app, signal));
  if (refusal !== undefined) return unknown('InvalidSpecError', refusal);
  const target = await targetOf(deps, app, signal);
  if ('error' in target) return unknown('ComparisonError', target.error);

  const revision = (await staleRevision(deps.faults, deps.repoServer, app, target.revision, signal)) ?? target.revision;
  const isStale = revision !== target.revision;
  const compared = await compare(deps.kube, spec, isStale ? [] : target.objects, isStale ? [] : (before.resources ?? []), signal);
  const found = withForeignChanges(deps.faults, app, compared);
  const healthSince = before.health?.status === found.health.status ? before.health.lastTransitionTime : undefined;
  return {
    ...before,
    reconciledAt,
    sourceType: 'Kustomize',
    conditions: conditionsWith(syncError(app, revision, found)),
    sync: { status: found.status, revision, comparedTo },
    health: { ...found.health, lastTransitionTime: healthSince ?? reconciledAt },
    resources: found.resources,
  };
}

/** An automated sync of this commit and source has been tried already, in vain. */
function syncError({ spec, status }: Application, revision: string, { status: synced }: Comparison): ApplicationCondition | undefined {
  const state = status?.operationState;
  if (spec.syncPolicy?.automated === undefined || synced === 'Synced' || state?.phase !== 'Failed' || state.syncResult?.revision !== revision) return undefined;
  return { type: 'SyncError', message: `Failed sync attempt to ${revision}: ${state.message ?? ''} (retried ${state.retryCount ?? 0} times).` };
}

/** What an automated Application asks of itself: each commit once, and with selfHeal again whenever the hub differs. */
function automatedOperation({ spec, status: before }: Application, { sync, conditions, resources = [] }: ApplicationStatus): Operation | undefined {
  const automated = spec.syncPolicy?.automated;
  if (automated === undefined || automated.enabled === false || sync?.status !== 'OutOfSync') return undefined;
  if (conditions?.some(({ type }) => type === 'SyncError')) return undefined;
  const prune = automated.prune === true;
  if (!resources.some(({ status, requiresPruning }) => status === 'OutOfSync' && (prune || requiresPruning !== true))) return undefined;
  const tried = before?.operationState;
  const isTried = tried?.phase === 'Succeeded' && tried.syncResult?.revision === sync.revision && isDeepStrictEqual(tried.syncResult?.source, spec.source);
  if (isTried && automated.selfHeal !== true) return undefined;
  return {
    initiatedBy: { automated: true },
    retry: spec.syncPolicy?.retry ?? { limit: DEFAULT_RETRIES },
    sync: { prune, ...(sync.revision !== undefined && { revision: sync.revision }) },
  };
}
