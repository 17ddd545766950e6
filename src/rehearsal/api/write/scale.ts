import { builtIn } from '../kinds/built-ins.ts';
import { isJson, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { valuesAt } from '../read/json-path.ts';
import type { Resource } from '../kinds/resource.ts';
import { invalid, StatusError } from '../status-error.ts';

/** What the scale path of every kind takes and gives. */
export const SCALE = builtIn('autoscaling', 'Scale', 'scales', {
  schema: { type: 'object', properties: { spec: { type: 'object', properties: { replicas: { type: 'integer' } } } } },
});

function paths(resource: Resource): { readonly spec: string; readonly status: string; readonly selector: string } {
  const scale = member(member(resource.declared, 'subresources'), 'scale');
  return { spec: text(scale, 'specReplicasPath'), status: text(scale, 'statusReplicasPath'), selector: text(scale, 'labelSelectorPath') };
}

/** autoscaling/v1 Scale of an object. @throws StatusError 500 when it has no replicas. */
export function scaleOf(resource: Resource, object: Json): Json {
  const { spec, status, selector } = paths(resource);
  const [replicas] = valuesAt(object, spec);
  if (typeof replicas !== 'number')
    throw new StatusError(500, 'InternalError', `Internal error occurred: the spec replicas field ${JSON.stringify(spec)} does not exist`, {
      causes: [{ message: `the spec replicas field ${JSON.stringify(spec)} does not exist` }],
    });
  const { name, namespace, uid, resourceVersion, creationTimestamp } = member(object, 'metadata');
  const [ready] = valuesAt(object, status);
  const [labels] = selector === '' ? [] : valuesAt(object, selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: typeof ready === 'number' ? ready : 0, ...(typeof labels === 'string' && labels !== '' ? { selector: labels } : {}) },
  };
}

/** The object with the replicas that a Scale asks for. @throws StatusError 422 */
export function scaled(resource: Resource, object: Json, scale: Json): Json {
  const { replicas = 0 } = member(scale, 'spec');
  const name = text(member(object, 'metadata'), 'name');
  if (typeof replicas !== 'number' || replicas < 0) {
    const message = `Invalid value: ${JSON.stringify(replicas)}: should be a non-negative integer`;
    throw invalid(SCALE, name, [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }]);
  }
  return withValue(object, paths(resource).spec.split('.').slice(1), replicas);
}

function withValue(object: Json, [key = '', ...rest]: readonly string[], value: unknown): Json {
  const below = object[key];
  return { ...object, [key]: rest.length === 0 ? value : withValue(isJson(below) ? below : {}, rest, value) };
}
