import { objectPath, type KubeObject } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { WaitingOn } from '../../util/step.ts';
import { applyObject, type Hub } from '../hub.ts';
import { FIELD_MANAGER, refTo } from '../kinds.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { applicationObject, projectObject, type ApplicationOptions } from './application-objects.ts';
import { APPLICATION, applicationName, ARGO_NAMESPACE, REFRESH_ANNOTATION } from './kinds.ts';
import { syncStage, type SyncStage } from './sync-stage.ts';

/** How often a sync is asked for before we believe that Argo CD never comes to our commit. */
const MAX_ROUNDS = 4;
const OPERATION_RETRIES = 2;

/**
 * Puts an Application of ours on the hub and has it synced at the job's commit: the operation is the one this step asked for,
 * it succeeded, at that commit, and the hub is as the commit says.
 *
 * What Argo CD says to be wrong for longer than it tolerates fails the step, with the object's or the condition's own message.
 */
export async function syncApplication(hub: Hub, options: ApplicationOptions): Promise<void> {
  const { kube, context } = hub;
  await applyObject(hub, projectObject(options));
  await applyObject(hub, applicationObject(options));
  const ref = refTo(APPLICATION, applicationName(options.cluster, options.part), ARGO_NAMESPACE);
  const query = { ...APPLICATION, namespace: ARGO_NAMESPACE, fieldSelector: `metadata.name=${ref.name}` };
  const since = new Map<string, number>();
  for (let round = 0; ; round++) {
    const ended = await watchUntil({ kube, clock: context.clock, signal: context.signal }, [query], ([app]) => look(hub, options, app, since));
    context.waiting(undefined);
    if (ended === 'synced') return;
    if (round === MAX_ROUNDS) {
      const on = { object: objectPath(ref), condition: 'Synced', reason: 'StaleRevision', message: `it syncs another commit than ${options.revision}` };
      throw new StepFailed('refused', on, { hint: 'restart the repo server of Argo CD: its cache holds an old commit' });
    }
    if (ended === 'stale') context.log(`${objectPath(ref)} synced another commit than ${options.revision}: it is asked again, past its cache`);
    const refresh = ended === 'stale' ? { metadata: { annotations: { [REFRESH_ANNOTATION]: 'hard' } } } : {};
    const change = { ...refresh, operation: operation(options.revision, context.stepId) };
    await kube.patch(ref, change, { type: 'merge', fieldManager: FIELD_MANAGER }, context.signal);
  }
}

function operation(revision: string, step: string): object {
  return {
    info: [{ name: 'labwright-step', value: step }],
    initiatedBy: { username: 'labwright' },
    retry: { limit: OPERATION_RETRIES },
    sync: { revision, prune: false, syncOptions: ['ServerSideApply=true'] },
  };
}

function look(hub: Hub, options: ApplicationOptions, app: KubeObject | undefined, since: Map<string, number>): Look<'synced' | 'ask' | 'stale'> {
  const { context } = hub;
  const stage: SyncStage = syncStage(app, { revision: options.revision, step: context.stepId, spec: applicationObject(options)['spec'] });
  if (stage.status !== 'waiting') return { met: stage.status };
  const on: WaitingOn = { ...stage.on, message: hub.redact(stage.on.message) };
  context.waiting(on);
  const key = `${on.condition}/${on.reason}`;
  for (const known of since.keys()) if (known !== key) since.delete(known);
  if (stage.toleratedMs === undefined) return { againMs: undefined };
  if (!since.has(key)) since.set(key, context.clock.now());
  const leftMs = since.get(key)! + stage.toleratedMs - context.clock.now();
  if (leftMs > 0) return { againMs: leftMs };
  throw new StepFailed('refused', on, { hint: stage.hint });
}
