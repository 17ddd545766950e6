import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { messageOf } from '../../../util/errors.ts';
import type { ResourceId, ResourceStatus, SyncedResource } from './application.ts';
import { resourceRefusal } from './check-project.ts';
import { FIELD_MANAGER } from './kinds.ts';
import { idOf, refOfId, waveOf } from './resource-id.ts';

export interface SyncTask {
  readonly project: KubeObject;
  readonly targets: readonly KubeObject[];
  /** What Git asks for no longer. */
  readonly extra: readonly ResourceStatus[];
  readonly prune: boolean;
  readonly isNamespaced: (object: Pick<KubeObject, 'apiVersion' | 'kind'>) => Promise<boolean | undefined>;
}

export interface SyncOutcome {
  readonly phase: 'Succeeded' | 'Failed';
  readonly message: string;
  readonly resources: readonly SyncedResource[];
}

/** One sync: every object checked against the project, then wave by wave applied; a wave with a failure is the last. Then what is left over is pruned. */
export async function sync(kube: KubeClient, task: SyncTask, signal: AbortSignal): Promise<SyncOutcome> {
  const refused: SyncedResource[] = [];
  for (const target of task.targets) {
    const why = await refusal(task, target);
    if (why !== undefined) refused.push(failed(idOf(target), why));
  }
  if (refused.length > 0) return { phase: 'Failed', message: 'one or more synchronization tasks are not valid', resources: refused };

  const resources: SyncedResource[] = [];
  const waves = Map.groupBy(task.targets, waveOf);
  for (const wave of [...waves.keys()].toSorted((a, b) => a - b)) {
    for (const target of inKindOrder(waves.get(wave)!)) resources.push(await applyOne(kube, target, signal));
    const first = resources.find(({ status }) => status === 'SyncFailed');
    if (first) return { phase: 'Failed', message: `one or more objects failed to apply, reason: ${first.message}`, resources };
  }
  for (const { group, version, kind, namespace, name } of task.extra.toReversed()) {
    const id = { group, version, kind, name, namespace: namespace ?? '' };
    if (task.prune)
      await kube.delete(refOfId({ group, version, kind, name, ...(namespace !== undefined && { namespace }) }), { propagationPolicy: 'Background' }, signal);
    resources.push(
      task.prune
        ? { ...id, status: 'Pruned', message: 'pruned', syncPhase: 'Sync', hookPhase: 'Succeeded' }
        : { ...id, status: 'PruneSkipped', message: 'ignored (requires pruning)', syncPhase: 'Sync', hookPhase: 'Succeeded' },
    );
  }
  return { phase: 'Succeeded', message: 'successfully synced (all tasks run)', resources };
}

async function refusal({ project, isNamespaced }: SyncTask, target: KubeObject): Promise<string | undefined> {
  const id = idOf(target);
  const namespaced = await isNamespaced(target);
  if (namespaced !== undefined) return resourceRefusal(project, id, namespaced);
  const name = id.namespace === undefined ? id.name : `${id.namespace}/${id.name}`;
  return `The Kubernetes API could not find ${id.group}/${id.kind} for requested resource ${name}. Make sure the "${id.kind}" CRD is installed on the destination cluster.`;
}

async function applyOne(kube: KubeClient, target: KubeObject, signal: AbortSignal): Promise<SyncedResource> {
  const id = idOf(target);
  try {
    await kube.apply(target, { fieldManager: FIELD_MANAGER, force: true }, signal);
  } catch (error) {
    signal.throwIfAborted();
    return failed(id, isKubeApiError(error) ? error.serverMessage : messageOf(error));
  }
  const plural = id.group === '' ? id.kind.toLowerCase() : `${id.kind.toLowerCase()}.${id.group}`;
  return { ...placed(id), status: 'Synced', message: `${plural}/${id.name} serverside-applied`, syncPhase: 'Sync', hookPhase: 'Running' };
}

function failed(id: ResourceId, message: string): SyncedResource {
  return { ...placed(id), status: 'SyncFailed', message, syncPhase: 'Sync', hookPhase: 'Failed' };
}

function placed(id: ResourceId): ResourceId & { readonly namespace: string } {
  return { ...id, namespace: id.namespace ?? '' };
}

/** Of one wave namespaces come first, then what others refer to. */
const FIRST = ['Namespace', 'Secret', 'ConfigMap', 'CustomResourceDefinition'];

function inKindOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  const rank = ({ kind }: KubeObject): number => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);
  return objects.toSorted((a, b) => rank(a) - rank(b));
}
