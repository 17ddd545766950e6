import type { KubeObject } from '../../../kube/objects.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import { unreachable } from './argo-faults.ts';
import { applicationOf, type Application } from './application.ts';
import { APP_PROJECT, APPLICATION, ARGO_NAMESPACE, TRACKING_ANNOTATION } from './kinds.ts';
import { idOf, trackingId } from './resource-id.ts';
import type { RepoServer, TargetState } from './target-state.ts';

/** What the parts of the application controller share. */
export interface ArgoDeps extends Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'faults' | 'log'> {
  readonly repoServer: RepoServer;
  /** Whether a kind lives in namespaces; undefined for one that the hub does not serve. */
  readonly isNamespaced: (object: Pick<KubeObject, 'apiVersion' | 'kind'>, signal: AbortSignal) => Promise<boolean | undefined>;
}

export async function getApplication({ kube }: ArgoDeps, name: string, namespace: string | undefined, signal: AbortSignal): Promise<Application | undefined> {
  const object = await kube.get({ ...APPLICATION, name, ...(namespace !== undefined && { namespace }) }, signal);
  return object && applicationOf(object);
}

export function projectOf({ kube }: ArgoDeps, { spec }: Application, signal: AbortSignal): Promise<KubeObject | undefined> {
  return kube.get({ ...APP_PROJECT, namespace: ARGO_NAMESPACE, name: spec.project }, signal);
}

/** What Git asks for, as it is applied: in the destination's namespace unless it has its own, with the mark of its Application. */
export async function targetOf(deps: ArgoDeps, app: Application, signal: AbortSignal): Promise<TargetState> {
  const { source, destination } = app.spec;
  if (source === undefined) return { error: 'Applications of several sources are not played here' };
  const target = unreachable(deps.faults, app) ?? (await deps.repoServer.targetState(source, signal));
  if ('error' in target) {
    deps.log(`argocd ${app.metadata.name}: ${target.error}`);
    return target;
  }
  const objects: KubeObject[] = [];
  for (const object of target.objects) {
    const { namespace = destination.namespace } = object.metadata;
    const isPlaced = namespace === undefined || (await deps.isNamespaced(object, signal)) === false;
    const placed = isPlaced ? object : { ...object, metadata: { ...object.metadata, namespace } };
    const annotations = { ...placed.metadata.annotations, [TRACKING_ANNOTATION]: trackingId(app.metadata.name, idOf(placed)) };
    objects.push({ ...placed, metadata: { ...placed.metadata, annotations } });
  }
  return { ...target, objects };
}

/** How long something takes, drawn for an Application. */
export function delayMs({ seed }: ArgoDeps, app: Application, stage: string, minMs: number, maxMs: number): number {
  return jitterMs(seed, `Application/${app.metadata.name}`, stage, minMs, maxMs);
}
