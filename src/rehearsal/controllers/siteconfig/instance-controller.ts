import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { messageOf } from '../../../util/errors.ts';
import { changedOnly } from '../changed-only.ts';
import { withConditions } from '../conditions.ts';
import type { Controller, ObjectKey } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { applyManifests, referenceTo, sameObject, withReferences } from './apply-manifests.ts';
import { CLUSTER_INSTANCE, clusterInstanceSpec, type ClusterInstanceSpec } from './cluster-instance.ts';
import { deleteHighestWave, WAVE_PAUSE_MS } from './delete-manifests.ts';
import { finalizeInstance, PAUSED } from './finalize-instance.ts';
import { changeStatus, instanceStatus, type InstanceStatus, type ManifestReference } from './instance-status.ts';
import { withOperatorMarks, withObservedSpec } from './operator-marks.ts';
import { reinstall } from './reinstall.ts';
import { renderTemplates, type Manifest } from './render-templates.ts';
import { foreignTemplates, missingReference } from './validate-references.ts';

/**
 * Turns a ClusterInstance into the objects that install a cluster: validate, render, try, apply (reference/ztp.md §3.3, §3.4).
 *
 * A generation is done once `status.observedGeneration` shows it; until then every failure is a condition and an error, so
 * that the frame tries again after a growing pause.
 */
export function instanceController(deps: Pick<HubDeps, 'kube' | 'clock'>): Controller {
  const reasonToLook = ({ metadata }: KubeObject): unknown => [
    metadata.generation,
    metadata.labels,
    metadata.deletionTimestamp,
    metadata.annotations?.[PAUSED],
  ];
  return {
    name: 'siteconfig',
    watches: [{ kind: CLUSTER_INSTANCE, keysOf: changedOnly(reasonToLook) }],
    reconcile: (key, signal) => reconcile(deps, key, signal),
  };
}

async function reconcile(deps: Pick<HubDeps, 'kube' | 'clock'>, key: ObjectKey, signal: AbortSignal): Promise<{ afterMs: number } | void> {
  const found = await deps.kube.get({ ...CLUSTER_INSTANCE, ...key }, signal);
  if (found === undefined || found.metadata.annotations?.[PAUSED] !== undefined) return;
  if (found.metadata.deletionTimestamp !== undefined) return finalizeInstance(deps, found, signal);
  const instance = await withOperatorMarks(deps.kube, found, signal);
  if (instanceStatus(instance).observedGeneration === instance.metadata.generation) return;
  const spec = clusterInstanceSpec(instance);
  const reinstallation = await reinstall(deps, instance, spec, signal);
  if (reinstallation.state === 'wait') return { afterMs: reinstallation.afterMs };
  return realize(deps, reinstallation.instance, spec, signal);
}

async function realize(
  deps: Pick<HubDeps, 'kube' | 'clock'>,
  given: KubeObject,
  spec: ClusterInstanceSpec,
  signal: AbortSignal,
): Promise<{ afterMs: number } | void> {
  const { kube, clock } = deps;
  const owner = { namespace: given.metadata.namespace!, name: given.metadata.name };
  let instance = given;
  const change = async (conditions: readonly Condition[], more: (status: InstanceStatus) => Partial<InstanceStatus> = () => ({})): Promise<void> => {
    const next = (status: InstanceStatus): InstanceStatus => ({
      ...status,
      ...more(status),
      conditions: withConditions(status.conditions, conditions, clock.now()),
    });
    instance = await changeStatus(kube, instance, next, signal);
  };
  const fail = async (conditions: readonly Condition[], more?: (status: InstanceStatus) => Partial<InstanceStatus>): Promise<never> => {
    await change(conditions, more);
    throw new Error(conditions.at(-1)!.message);
  };

  const foreign = foreignTemplates(spec);
  for (const ref of foreign) {
    const { name, namespace } = ref;
    // Recorded: a template that is not there gives no condition at all (cases missing-template, missing-template-node).
    if (!(await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name }, signal))) throw new Error(`ConfigMap "${name}" not found`);
  }
  const rendering = foreign.length > 0 ? refusalOf(foreign) : attempt(() => renderTemplates(owner, spec));
  const manifests = typeof rendering === 'string' ? [] : rendering;
  const withFate = (fate: Manifest['fate']): readonly Manifest[] => manifests.filter((manifest) => manifest.fate === fate);

  const pruned = withFate('pruned').map((manifest) => referenceTo(manifest, 'deletion-in-progress', clock.now()));
  const going = await deleteHighestWave({ kube, nowMs: clock.now() }, owner, pruned, signal);
  if (going.references.length > 0) {
    await change([], (status) => ({ manifestsRendered: withReferences(status.manifestsRendered, going.references) }));
    return { afterMs: WAVE_PAUSE_MS };
  }

  const missing = await missingReference(kube, instance, spec, signal);
  if (missing !== undefined) await fail([failed('ClusterInstanceValidated', `Validation failed: ${missing}`)]);
  const validated = done('ClusterInstanceValidated', 'Validation succeeded');
  if (typeof rendering === 'string') return fail([validated, failed('RenderedTemplates', `Failed to render templates, err= ${rendering}`)]);
  await change([validated, done('RenderedTemplates', 'Rendered templates successfully')]);

  const suppressed = withFate('suppressed').map((manifest) => referenceTo(manifest, 'suppressed', clock.now()));
  const shown = (references: readonly ManifestReference[]) => (status: InstanceStatus) => ({
    manifestsRendered: withReferences(status.manifestsRendered, [...suppressed, ...references]).filter((one) => !pruned.some((gone) => sameObject(gone, one))),
  });
  const tried = await applyManifests({ kube, nowMs: clock.now() }, withFate('applied'), true, signal);
  if (tried.error !== undefined)
    await fail([failed('RenderedTemplatesValidated', `Rendered manifests failed dry-run validation, err: ${tried.error}`)], shown(tried.references));
  await change([done('RenderedTemplatesValidated', 'Rendered templates validation succeeded')]);

  const applied = await applyManifests({ kube, nowMs: clock.now() }, withFate('applied'), false, signal);
  if (applied.error !== undefined)
    await fail([failed('RenderedTemplatesApplied', `Failed to apply site config manifests, err: ${applied.error}`)], shown(applied.references));
  instance = await withObservedSpec(kube, instance, signal);
  await change([done('RenderedTemplatesApplied', 'Applied site config manifests')], (status) => ({
    ...shown(applied.references)(status),
    observedGeneration: given.metadata.generation,
  }));
}

function attempt(render: () => readonly Manifest[]): readonly Manifest[] | string {
  try {
    return render();
  } catch (error) {
    return messageOf(error);
  }
}

function refusalOf(foreign: readonly { readonly name: string; readonly namespace: string }[]): string {
  const names = [...new Set(foreign.map(({ name, namespace }) => `${namespace}/${name}`))].join(', ');
  return `a rehearsal renders the default templates of the assisted installer only, not ${names}`;
}

function done(type: string, message: string): Condition {
  return { type, status: 'True', reason: 'Completed', message };
}

function failed(type: string, message: string): Condition {
  return { type, status: 'False', reason: 'Failed', message };
}
