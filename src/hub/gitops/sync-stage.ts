import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { WaitingOn } from '../../util/step.ts';
import { refTo } from '../kinds.ts';
import { textAt, valueAt } from '../read-object.ts';
import { isDeepStrictEqual } from 'node:util';
import { APPLICATION, ARGO_NAMESPACE } from './kinds.ts';

/** Where a sync is: done, still to be asked for, done at another commit, or waiting for something that is tolerated for so long. */
export type SyncStage =
  | { readonly status: 'synced' | 'ask' | 'stale' }
  | { readonly status: 'waiting'; readonly on: WaitingOn; readonly toleratedMs?: number; readonly hint: string };

interface Wanted {
  readonly revision: string;
  /** The step that asks: an operation of another one is not ours. */
  readonly step: string;
  /** The Application's spec as we wrote it. */
  readonly spec: unknown;
}

interface OperationState {
  readonly phase?: string;
  readonly message?: string;
  readonly operation?: { readonly info?: readonly { readonly name: string; readonly value: string }[] };
  readonly syncResult?: { readonly revision?: string; readonly source?: unknown; readonly resources?: readonly Resource[] };
}

interface Resource {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: string;
  readonly message?: string;
}

/** A repository that is away comes back; a project or a manifest that is wrong stays wrong. */
const TOLERATED_MS: Readonly<Record<string, number>> = { ComparisonError: 5 * 60_000, SyncError: 60_000, InvalidSpecError: 30_000, UnknownError: 5 * 60_000 };
const OUT_OF_SYNC_MS = 10 * 60_000;
const NOT_COMPARED_MS = 10 * 60_000;
const CONTROLLER = 'see that the application controller of Argo CD runs';

/** Reads an Application's status for one sync that a step asked for. Pure. */
export function syncStage(app: KubeObject | undefined, { revision, step, spec }: Wanted): SyncStage {
  const waiting = (condition: string, reason: string, message: string, hint: string, toleratedMs?: number): SyncStage => {
    const object = app ? objectPath(app) : objectPath(refTo(APPLICATION, 'it', ARGO_NAMESPACE));
    return { status: 'waiting', on: { object, condition, reason, message }, hint, ...(toleratedMs !== undefined && { toleratedMs }) };
  };
  if (app === undefined) return waiting('Synced', 'NotFound', 'the Application is not there', 'see who deletes it', 60_000);
  const conditions = (valueAt(app, 'status', 'conditions') ?? []) as readonly { readonly type: string; readonly message: string }[];
  const sync = textAt(app, 'status', 'sync', 'status') || 'NotReported';
  const bad = conditions.find(({ type }) => TOLERATED_MS[type] !== undefined);
  if (bad) return waiting(bad.type, sync, bad.message, hintFor(bad.type, bad.message), TOLERATED_MS[bad.type]);

  const state = (valueAt(app, 'status', 'operationState') ?? {}) as OperationState;
  const isOurs = state.operation?.info?.some(({ name, value }) => name === 'labwright-step' && value === step) === true;
  const isPending = valueAt(app, 'operation') !== undefined || (!isOurs && state.phase === 'Running');
  if (isPending) return waiting('Synced', 'Pending', 'an operation is waiting for its turn', CONTROLLER);
  const wantedSource = (spec as { readonly source?: unknown }).source;
  if (!isOurs) {
    const isCompared = sameSource(valueAt(app, 'status', 'sync', 'comparedTo', 'source'), wantedSource);
    return isCompared ? { status: 'ask' } : waiting('Synced', 'NotCompared', 'Argo CD has not looked at this commit yet', CONTROLLER, NOT_COMPARED_MS);
  }
  if (state.phase === 'Running') return waiting('Synced', 'Running', state.message ?? 'the sync runs', 'see the Application in Argo CD');
  if (state.phase !== 'Succeeded') {
    const [first] = (state.syncResult?.resources ?? []).filter(({ status }) => status === 'SyncFailed');
    const message = first ? `${pathOf(first)}: ${first.message ?? ''}` : (state.message ?? 'the sync failed');
    return waiting('SyncFailed', state.phase ?? 'Unknown', message, 'correct what the message names, in Git or in the AppProject, and start the job again', 0);
  }
  if (state.syncResult?.revision !== revision) return { status: 'stale' };
  // An operation of this step before the Application was changed: after a restart.
  if (state.syncResult.source !== undefined && !sameSource(state.syncResult.source, wantedSource)) return { status: 'ask' };
  const seen = textAt(app, 'status', 'sync', 'revision');
  if (sync === 'Synced' && seen === revision) return { status: 'synced' };
  const resources = (valueAt(app, 'status', 'resources') ?? []) as readonly Resource[];
  const open = resources.find(({ status }) => status === 'OutOfSync');
  const message = open ? `${pathOf(open)} is OutOfSync although it was applied` : `it shows ${sync} at ${seen || 'no revision'}`;
  return waiting('Synced', sync, message, 'see in managedFields who else writes to the object', OUT_OF_SYNC_MS);
}

/** By what we write into it: Argo CD may add defaults of its own. */
function sameSource(a: unknown, b: unknown): boolean {
  const parts = (source: unknown): unknown => {
    const { repoURL, path, targetRevision, kustomize } = (source ?? {}) as {
      readonly repoURL?: string;
      readonly path?: string;
      readonly targetRevision?: string;
      readonly kustomize?: { readonly patches?: readonly { readonly patch?: string }[] };
    };
    return [repoURL, path, targetRevision, (kustomize?.patches ?? []).map(({ patch }) => patch)];
  };
  return isDeepStrictEqual(parts(a), parts(b));
}

function pathOf({ kind, namespace, name }: Resource): string {
  return namespace === undefined || namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

function hintFor(type: string, message: string): string {
  if (type === 'InvalidSpecError') return 'see the AppProject of the same name in openshift-gitops';
  if (/kustomize build/.test(message)) return 'Argo CD builds what labwright could build: see its version of kustomize and its plugins';
  return 'test it where Argo CD runs: oc -n openshift-gitops exec deploy/openshift-gitops-repo-server -- git ls-remote URL';
}
