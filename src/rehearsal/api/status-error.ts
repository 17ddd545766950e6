import type { Json } from './json.ts';
import type { Resource } from './kinds/resource.ts';

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A refusal in the API server's own shape: metav1.Status with an HTTP code. */
export class StatusError extends Error {
  readonly code: number;
  readonly body: Json;

  constructor(code: number, reason: string, message: string, details?: Json, metadata: Json = {}) {
    super(message);
    this.code = code;
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

/** `widgets.lab.example`, or `configmaps` in the core group. */
export function qualified(resource: Resource, name: string = resource.plural): string {
  return resource.group === '' ? name : `${name}.${resource.group}`;
}

export function detailsOf(resource: Resource, name: string, kind: string = resource.plural): Json {
  return { ...(name === '' ? {} : { name }), ...(resource.group === '' ? {} : { group: resource.group }), kind };
}

export function notFound(resource: Resource, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));
}

export function alreadyExists(resource: Resource, name: string, deleting: boolean): StatusError {
  const prefix = deleting ? 'object is being deleted: ' : '';
  return new StatusError(409, 'AlreadyExists', `${prefix}${qualified(resource)} "${name}" already exists`, detailsOf(resource, name));
}

/** `kind` is the plural, but the kind itself where the server checks preconditions. */
export function conflict(resource: Resource, name: string, why: string, kind: string = resource.plural): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource, kind)} "${name}": ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf(resource, name, kind));
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

/** 422 with one or several causes; `kind` is the plural in checks that run before the kind is known. */
export function invalid(resource: Resource, name: string, causes: readonly Cause[], kind: string = resource.kind): StatusError {
  const all = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const [only] = all;
  const what = all.length === 1 && only !== undefined ? only : `[${[...new Set(all)].join(', ')}]`;
  const shown = causes.length > 1 && new Set(all).size === 1 ? (only ?? '') : what;
  return new StatusError(422, 'Invalid', `${qualified(resource, kind)} "${name}" is invalid: ${shown}`, { ...detailsOf(resource, name, kind), causes });
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** 422 for the options of a request: CreateOptions, PatchOptions, DeleteOptions, ListOptions. */
export function invalidOptions(kind: string, ...causes: readonly Cause[]): StatusError {
  const all = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const what = all.length === 1 ? all[0] : `[${all.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${kind}.meta.k8s.io "" is invalid: ${what}`, { group: 'meta.k8s.io', kind, causes });
}
