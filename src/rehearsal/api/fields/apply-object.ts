import { mistakesInApplied } from './check-applied.ts';
import { decode } from '../schema/decode.ts';
import { objectType } from './field-type.ts';
import { member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { normalise } from '../schema/normalise.ts';
import { apiVersionOf, storageKey } from '../kinds/resource.ts';
import type { Resource } from '../kinds/resource.ts';
import { apply } from './server-side-apply.ts';
import { badRequest, conflict, StatusError } from '../status-error.ts';
import { insert, named, ownership, settle } from '../write/write.ts';
import type { Target, Write, WriteDeps } from '../write/target.ts';
import { checkName, checkVersions } from '../write/write-checks.ts';

/** Server-side apply: creates what is not there. @returns the object and whether it is new. @throws StatusError */
export async function applyObject(deps: WriteDeps, write: Write, applied: Json, force: boolean): Promise<{ readonly object: Json; readonly isNew: boolean }> {
  const { resource, namespace, name } = write;
  const metadata = member(applied, 'metadata');
  if (metadata['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil');
  const type = objectType(resource.schema);
  const mistakes = mistakesInApplied(applied, type);
  if (mistakes.length > 0) throw unfit(resource, metadata, mistakes);
  const made = (current: Json): Json => {
    const next = apply(current, applied, force, ownership(deps, write));
    return normalise(resource, decode(resource, next, { ...write, fieldValidation: 'Ignore', duplicates: [], patched: true, keepNulls: true }));
  };
  if (deps.store.get(storageKey(resource), namespace, name) === undefined && write.subresource === '') {
    if (text(metadata, 'uid') !== '') throw uidMismatch(write, text(metadata, 'uid'));
    const next = made({ apiVersion: applied['apiVersion'], kind: applied['kind'], metadata: {} });
    checkName(write, next);
    return { object: await insert(deps, write, named(deps, write, next)), isNew: true };
  }
  const object = await settle(deps, write, (current) => {
    const next = made(current);
    checkName(write, next);
    checkVersions(write, member(next, 'metadata'), member(current, 'metadata'), true);
    return next;
  });
  return { object, isNew: false };
}

function unfit(resource: Resource, metadata: Json, mistakes: readonly string[]): StatusError {
  const what = mistakes.length === 1 ? mistakes[0] : `errors:\n${mistakes.map((one) => `  ${one}`).join('\n')}`;
  const where = `${text(metadata, 'namespace')}/${text(metadata, 'name')}; ${apiVersionOf(resource)}, Kind=${resource.kind}`;
  return new StatusError(500, '', `failed to create typed patch object (${where}): ${what}`);
}

function uidMismatch({ resource, name }: Target, uid: string): StatusError {
  return conflict(resource, name, `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`);
}
