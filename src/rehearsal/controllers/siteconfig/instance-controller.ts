import type { Condition, KubeObject, ObjectRef } from '../../../kube/objects.ts';
import { messageOf } from '../../../util/errors.ts';
import { changedOnly } from '../changed-only.ts';
import { withConditions } from '../conditions.ts';
import type { Controller, LookAgain, ObjectKey } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { applyManifests, referenceTo, sameObject, withReferences } from './apply-manifests.ts';
import { CLUSTER_IMAGE_SET, CLUSTER_INSTANCE, clusterInstanceSpec, type ClusterInstanceSpec } from '../../../render/siteconfig/cluster-instance.ts';
import { STAGES, type Stage } from '../../../render/siteconfig/stages.ts';
import { deleteOrPause, PAUSED } from './delete-or-pause.ts';
import { finalizeInstance } from './finalize-instance.ts';
import { changeStatus } from './change-status.ts';
import { instanceStatus, type InstanceStatus, type ManifestReference } from '../../../render/siteconfig/instance-status.ts';
import { withOperatorMarks, withObservedSpec } from './operator-marks.ts';
import { reinstall } from './reinstall.ts';
import { renderTemplates, type Manifest } from '../../../render/siteconfig/render-templates.ts';
import { foreignTemplates, isOperatorTemplate, operatorTemplatesRefusal } from '../../../render/siteconfig/foreign-templates.ts';
import { userTemplates } from '../../../render/siteconfig/user-templates.ts';
import { missingReference } from '../../../render/siteconfig/references.ts';

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

type Deps = Pick<HubDeps, 'kube' | 'clock'>;

async function reconcile(deps: Deps, key: ObjectKey, signal: AbortSignal): Promise<LookAgain | undefined> {
  const found = await deps.kube.get({ ...CLUSTER_INSTANCE, ...key }, signal);
  if (found === undefined || found.metadata.annotations?.[PAUSED] !== undefined) return undefined;
  if (found.metadata.deletionTimestamp !== undefined) return finalizeInstance(deps, found, signal);
  const instance = await withOperatorMarks(deps.kube, found, signal);
  if (instanceStatus(instance).observedGeneration === instance.metadata.generation) return undefined;
  const spec = clusterInstanceSpec(instance);
  const reinstallation = await reinstall(deps, instance, spec, signal);
  if (reinstallation.state === 'wait') return reinstallation.again;

  const rendering = await render(deps, reinstallation.instance, spec, signal);
  const pruned = manifestsOf(rendering, 'pruned').map((manifest) => referenceTo(manifest, 'deletion-in-progress', deps.clock.now()));
  const deleting = await deleteOrPause(deps, reinstallation.instance, pruned, signal);
  if (deleting.state !== 'gone') return deleting.state === 'going' ? { afterMs: deleting.afterMs } : undefined;
  await realize(deps, reinstallation.instance, spec, { rendering, pruned }, signal);
  return undefined;
}

/** What the templates give, or why they give nothing. @throws Error for a template that is not there: no condition tells of it (recorded). */
async function render({ kube }: Deps, { metadata }: KubeObject, spec: ClusterInstanceSpec, signal: AbortSignal): Promise<Rendering> {
  const foreign = foreignTemplates(spec);
  const found = new Map<ObjectRef, KubeObject>();
  for (const template of foreign) {
    const configMap = await kube.get(template, signal);
    if (configMap) found.set(template, configMap);
    else if (!isOperatorTemplate(template)) throw new Error(`ConfigMap "${template.name}" not found`);
  }
  const refusal = operatorTemplatesRefusal(foreign);
  if (refusal !== undefined) return refusal;
  const imageSet = foreign.length > 0 ? await kube.get({ ...CLUSTER_IMAGE_SET, name: spec.clusterImageSetNameRef }, signal) : undefined;
  const users = userTemplates((ref) => (ref.kind === CLUSTER_IMAGE_SET.kind ? imageSet : found.get(ref)), spec, foreign);
  try {
    return renderTemplates({ namespace: metadata.namespace!, name: metadata.name }, spec, users);
  } catch (error) {
    return messageOf(error);
  }
}

type Rendering = readonly Manifest[] | string;

function manifestsOf(rendering: Rendering, fate: Manifest['fate']): readonly Manifest[] {
  return typeof rendering === 'string' ? [] : rendering.filter((manifest) => manifest.fate === fate);
}

/** Validates, tries and applies, and shows each stage. @throws Error with the message of the stage that failed. */
async function realize(
  { kube, clock }: Deps,
  given: KubeObject,
  spec: ClusterInstanceSpec,
  { rendering, pruned }: { readonly rendering: Rendering; readonly pruned: readonly ManifestReference[] },
  signal: AbortSignal,
): Promise<void> {
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

  const missing = await missingReference(async (ref) => (await kube.get(ref, signal)) !== undefined, instance.metadata.namespace!, spec);
  if (missing !== undefined) await fail([failedAt(STAGES.validation, missing)]);
  const validated = done(STAGES.validation.condition, 'Validation succeeded');
  if (typeof rendering === 'string') return fail([validated, failedAt(STAGES.render, rendering)]);
  await change([validated, done(STAGES.render.condition, 'Rendered templates successfully')]);

  const suppressed = manifestsOf(rendering, 'suppressed').map((manifest) => referenceTo(manifest, 'suppressed', clock.now()));
  const shown = (references: readonly ManifestReference[]) => (status: InstanceStatus) => ({
    manifestsRendered: withReferences(status.manifestsRendered, [...suppressed, ...references]).filter((one) => !pruned.some((gone) => sameObject(gone, one))),
  });
  const tried = await applyManifests({ kube, nowMs: clock.now() }, manifestsOf(rendering, 'applied'), true, signal);
  if (tried.error !== undefined) await fail([failedAt(STAGES['dry-run'], tried.error)], shown(tried.references));
  await change([done(STAGES['dry-run'].condition, 'Rendered templates validation succeeded')]);

  const applied = await applyManifests({ kube, nowMs: clock.now() }, manifestsOf(rendering, 'applied'), false, signal);
  if (applied.error !== undefined)
    await fail([failed('RenderedTemplatesApplied', `Failed to apply site config manifests, err: ${applied.error}`)], shown(applied.references));
  instance = await withObservedSpec(kube, instance, signal);
  await change([done('RenderedTemplatesApplied', 'Applied site config manifests')], (status) => ({
    ...shown(applied.references)(status),
    observedGeneration: given.metadata.generation,
  }));
}

function done(type: string, message: string): Condition {
  return { type, status: 'True', reason: 'Completed', message };
}

function failedAt(stage: Stage, why: string): Condition {
  return failed(stage.condition, stage.failed(why));
}

function failed(type: string, message: string): Condition {
  return { type, status: 'False', reason: 'Failed', message };
}
