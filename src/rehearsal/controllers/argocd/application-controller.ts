import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../kube/objects.ts';
import { CLUSTER_INSTANCE } from '../../../render/siteconfig/cluster-instance.ts';
import { FULL_SHA } from '../../../sites/fetch-commit.ts';
import { changedOnly } from '../changed-only.ts';
import type { Controller, LookAgain, ObjectKey } from '../controller.ts';
import { POLICY } from '../talm/kinds.ts';
import { applicationOf, type Application } from './application.ts';
import { delayMs, getApplication, type ArgoDeps } from './argo-deps.ts';
import { finalizeApplication } from './finalize-application.ts';
import { APPLICATION, ARGO_NAMESPACE, REFRESH_ANNOTATION } from './kinds.ts';
import { refreshApplication } from './refresh-application.ts';
import { trackedBy } from './resource-id.ts';
import { beginOperation, runOperation } from './run-operation.ts';

/** How often Argo CD asks what a branch is now (timeout.reconciliation). */
const POLL_MS = 180_000;

/**
 * Argo CD's application controller: holds an Application's source against the hub, syncs it when asked or when it is
 * automated, and deletes what it made when it goes with the finalizer (reference/ztp.md §4.1).
 *
 * One that follows a branch looks at it every three minutes; one that is pinned to a commit looks when something has changed.
 */
export function applicationController(deps: ArgoDeps): Controller {
  const { kube, clock } = deps;
  /** When a comparison that has begun ends, by the Application's UID. */
  const comparing = new Map<string, { readonly source: unknown; readonly dueMs: number }>();

  /** @returns how long the comparison with a new source still takes. */
  const comparisonLeftMs = (app: Application): number => {
    const uid = app.metadata.uid!;
    const { source } = app.spec;
    const seen = app.status?.sync?.comparedTo as { readonly source?: unknown } | undefined;
    if (isDeepStrictEqual(seen?.source, source)) return 0;
    const begun = comparing.get(uid);
    const dueMs = begun && isDeepStrictEqual(begun.source, source) ? begun.dueMs : clock.now() + delayMs(deps, app, 'compare', 1000, 4000);
    comparing.set(uid, { source, dueMs });
    return Math.max(0, dueMs - clock.now());
  };

  return {
    name: 'argocd',
    watches: [
      { kind: APPLICATION, keysOf: changedOnly(reasonToLook) },
      // Drift of the kinds that matter here; that of others is found by the next comparison.
      { kind: CLUSTER_INSTANCE, keysOf: changedOnly(({ metadata }) => [metadata.generation, metadata.deletionTimestamp], makers) },
      { kind: POLICY, keysOf: changedOnly(({ metadata, status }) => [metadata.generation, metadata.deletionTimestamp, status], makers) },
    ],
    async reconcile({ name, namespace }, signal): Promise<LookAgain | undefined> {
      const app = await getApplication(deps, name, namespace, signal);
      if (app === undefined) return undefined;
      if (app.metadata.deletionTimestamp !== undefined) return finalizeApplication(kube, app, signal);
      const state = app.status?.operationState;
      if (state?.phase === 'Running') return runOperation(deps, app, state, signal);
      const leftMs = comparisonLeftMs(app);
      if (leftMs > 0) return { afterMs: leftMs };
      comparing.delete(app.metadata.uid!);
      if (app.operation === undefined) await refreshApplication(deps, app, signal);
      else await beginOperation(deps, app, signal);
      const isPinned = FULL_SHA.test(app.spec.source?.targetRevision ?? '');
      return isPinned && app.spec.syncPolicy?.automated === undefined ? undefined : { afterMs: POLL_MS, idle: true };
    },
  };
}

function reasonToLook(object: KubeObject): unknown {
  const { spec, operation, metadata, status } = applicationOf(object);
  return [spec, operation, metadata.annotations?.[REFRESH_ANNOTATION], metadata.deletionTimestamp, status?.operationState?.phase];
}

function makers(object: KubeObject): readonly ObjectKey[] {
  const name = trackedBy(object);
  return name === undefined ? [] : [{ namespace: ARGO_NAMESPACE, name }];
}
