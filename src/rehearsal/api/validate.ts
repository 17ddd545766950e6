import { checkFinalizers } from './finalizers.ts';
import { list, member, text } from './json.ts';
import type { Json } from './json.ts';
import type { Resource } from './resource.ts';
import { invalid } from './status-error.ts';
import type { StatusError } from './status-error.ts';
import { checkName } from './validate-name.ts';

export interface Validated {
  readonly resource: Resource;
  readonly subresource: string;
  readonly object: Json;
  /** What it replaces; undefined for a new object. */
  readonly old: Json | undefined;
}

/** @throws StatusError 422 when the object is not valid for its kind, or not a valid successor of the old one. */
export function validate({ resource, object, old }: Validated): void {
  const metadata = member(object, 'metadata');
  const name = text(metadata, 'name');
  if (old === undefined) checkName(resource, name);
  checkFinalizers(resource, name, metadata);
  if (old !== undefined && metadata['deletionTimestamp'] !== undefined) {
    const before = list(member(old, 'metadata'), 'finalizers');
    const added = list(metadata, 'finalizers').filter((one) => !before.includes(one));
    if (added.length > 0) throw newFinalizers(resource, name, added);
  }
}

function newFinalizers(resource: Resource, name: string, added: readonly unknown[]): StatusError {
  const shown = `[]string{${added.map((one) => JSON.stringify(one)).join(', ')}}`;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`;
  const cause = { reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' };
  // The real server checks the metadata of a custom resource twice and says so twice.
  return invalid(resource, name, resource.custom ? [cause, cause] : [cause]);
}
