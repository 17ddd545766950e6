import type { KubeObject, ObjectRef } from '../../kube/objects.ts';
import { messageOf } from '../../util/errors.ts';
import { clusterInstanceSpec, type ClusterInstanceSpec } from './cluster-instance.ts';
import { foreignTemplates, isOperatorTemplate, operatorTemplatesRefusal } from './foreign-templates.ts';
import { missingReference } from './references.ts';
import { renderTemplates, type Manifest } from './render-templates.ts';
import { applyFailure, STAGES } from './stages.ts';
import { userTemplates, type UserTemplates } from './user-templates.ts';

/** Where the operator stops, and why, in its own words. */
export interface ExpandRefusal {
  readonly stage: 'admission' | keyof typeof STAGES;
  /** HTTP status, of admission only. */
  readonly code?: number;
  /** The condition that is False; a missing template has none. */
  readonly condition?: string;
  readonly message: string;
}

export interface Expansion {
  /** In the order in which the operator applies them; none when it refuses. */
  readonly objects: readonly KubeObject[];
  readonly refused?: ExpandRefusal;
}

/** What stands in for the hub. */
export interface ExpandDeps {
  /** Creates the ClusterInstance. @returns it with its definition's defaults, or why schema or webhook refuse it. */
  readonly create: (instance: KubeObject) => Promise<{ readonly stored: KubeObject } | { readonly code: number; readonly message: string }>;
  /** An object beside the ClusterInstance. */
  readonly get: (ref: ObjectRef) => KubeObject | undefined;
  /** @returns why the API server would refuse this object. */
  readonly dryRun: (object: KubeObject) => Promise<string | undefined>;
}

/** What the siteconfig operator would apply for a new ClusterInstance, or where it stops: admission, validation, rendering, dry run. */
export async function expandInstance(deps: ExpandDeps, instance: KubeObject): Promise<Expansion> {
  const created = await deps.create(instance);
  if (!('stored' in created)) return { objects: [], refused: { stage: 'admission', code: created.code, message: created.message } };
  const { metadata } = created.stored;
  const spec = clusterInstanceSpec(created.stored);
  const namespace = metadata.namespace!;

  const foreign = foreignTemplates(spec);
  const absent = foreign.find((template) => !isOperatorTemplate(template) && deps.get(template) === undefined);
  if (absent) return { objects: [], refused: { stage: 'validation', message: `ConfigMap "${absent.name}" not found in namespace ${absent.namespace}` } };
  const missing = await missingReference((ref) => Promise.resolve(deps.get(ref) !== undefined), namespace, spec);
  if (missing !== undefined) return refusedAt('validation', missing);
  const refusal = operatorTemplatesRefusal(foreign);
  if (refusal !== undefined) return refusedAt('render', refusal);
  const rendering = rendered({ namespace, name: metadata.name }, spec, userTemplates(deps.get, spec, foreign));
  if (typeof rendering === 'string') return refusedAt('render', rendering);

  const objects = rendering.filter(({ fate }) => fate === 'applied').map(({ object }) => object);
  for (const object of objects) {
    const why = await deps.dryRun(object);
    if (why !== undefined) return refusedAt('dry-run', applyFailure(why));
  }
  return { objects };
}

function refusedAt(stage: keyof typeof STAGES, why: string): Expansion {
  const { condition, failed } = STAGES[stage];
  return { objects: [], refused: { stage, condition, message: failed(why) } };
}

function rendered(owner: { readonly namespace: string; readonly name: string }, spec: ClusterInstanceSpec, users: UserTemplates): readonly Manifest[] | string {
  try {
    return renderTemplates(owner, spec, users);
  } catch (error) {
    return messageOf(error);
  }
}
