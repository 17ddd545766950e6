import { rfc3339Seconds } from '../conditions.ts';
import type { LookAgain } from '../controller.ts';
import type { Application, Operation, OperationState, Source } from './application.ts';
import { delayMs, projectOf, targetOf, type ArgoDeps } from './argo-deps.ts';
import { staleRevision } from './argo-faults.ts';
import { projectRefusal } from './check-project.ts';
import { compare } from './compare.ts';
import { FIELD_MANAGER } from './kinds.ts';
import { sync } from './sync.ts';

const FIRST_RETRY_MS = 5000;

/** Takes up the operation that was asked for. */
export async function beginOperation(deps: ArgoDeps, { operation, ...app }: Application, signal: AbortSignal): Promise<void> {
  if (operation === undefined) return;
  const state: OperationState = { phase: 'Running', operation, startedAt: rfc3339Seconds(deps.clock.now()), message: 'waiting for the sync to start' };
  await deps.kube.update({ ...app, status: { ...app.status, operationState: state } }, { fieldManager: FIELD_MANAGER }, signal);
}

/** Syncs once its time has come, and says how that ended. A failed sync is tried again as often as its operation allows. */
export async function runOperation(deps: ArgoDeps, app: Application, state: OperationState, signal: AbortSignal): Promise<LookAgain | undefined> {
  const nowMs = deps.clock.now();
  const retries = state.retryCount ?? 0;
  const pauseMs = retries === 0 ? 0 : FIRST_RETRY_MS * 2 ** (retries - 1);
  const dueMs = Date.parse(state.startedAt) + pauseMs + delayMs(deps, app, `sync/${retries}`, 3000, 9000);
  if (nowMs < dueMs) return { afterMs: dueMs - nowMs };
  const next = await outcome(deps, app, state, signal);
  await deps.kube.update({ ...app, status: { ...app.status, operationState: next } }, { fieldManager: FIELD_MANAGER }, signal);
  return next.phase === 'Running' ? { afterMs: 1000 } : undefined;
}

async function outcome(deps: ArgoDeps, app: Application, state: OperationState, signal: AbortSignal): Promise<OperationState> {
  const finishedAt = rfc3339Seconds(deps.clock.now());
  const { operation } = state;
  const source = sourceOf(app, operation);
  const wanted = { ...app, spec: { ...app.spec, ...(source && { source }) } };
  const project = await projectOf(deps, app, signal);
  const refusal = projectRefusal(wanted.spec, project);
  const target = await targetOf(deps, wanted, signal);
  if (refusal !== undefined || project === undefined) return { ...state, phase: 'Error', finishedAt, message: `InvalidSpecError: ${refusal ?? ''}` };
  if ('error' in target) return { ...state, phase: 'Error', finishedAt, message: `ComparisonError: ${target.error}` };

  const stale = await staleRevision(deps.faults, deps.repoServer, app, target.revision, signal);
  const targets = stale === undefined ? target.objects : [];
  const known = stale === undefined ? (app.status?.resources ?? []) : [];
  const { resources } = await compare(deps.kube, app.spec, targets, known, signal);
  const done = await sync(
    deps.kube,
    {
      project,
      targets,
      extra: resources.filter(({ requiresPruning }) => requiresPruning),
      prune: operation.sync?.prune === true,
      isNamespaced: (object) => deps.isNamespaced(object, signal),
    },
    signal,
  );
  const syncResult = { revision: stale ?? target.revision, ...(source && { source }), resources: done.resources };
  const retries = state.retryCount ?? 0;
  if (done.phase === 'Failed' && retries < (operation.retry?.limit ?? 0))
    return { ...state, startedAt: finishedAt, retryCount: retries + 1, message: `${done.message}. Retrying attempt #${retries + 1}.`, syncResult };
  return { ...state, phase: done.phase, finishedAt, message: done.message, syncResult };
}

/** What a sync takes: its own source or revision, else the Application's. */
function sourceOf({ spec }: Application, { sync: asked }: Operation): Source | undefined {
  const source = asked?.source ?? spec.source;
  return source && asked?.revision ? { ...source, targetRevision: asked.revision } : source;
}
