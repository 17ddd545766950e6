import { NAMESPACE } from '../kinds/built-ins.ts';
import { member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { storageKey } from '../kinds/resource.ts';
import { badRequest, conflict, detailsOf, invalid, MODIFIED, StatusError } from '../status-error.ts';
import type { Store } from '../store.ts';
import type { Target } from './target.ts';

/** @throws StatusError when an object is not the one of its path. */
export function checkName({ name, resource, namespace }: Target, object: Json): void {
  const metadata = member(object, 'metadata');
  if (text(metadata, 'name') === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (text(metadata, 'name') !== name) throw badRequest(`the name of the object (${text(metadata, 'name')}) does not match the name on the URL (${name})`);
  if (resource.namespaced && text(metadata, 'namespace') !== '' && text(metadata, 'namespace') !== namespace)
    throw badRequest(`the namespace of the object (${text(metadata, 'namespace')}) does not match the namespace on the URL (${namespace})`);
}

/** @throws StatusError when a change was made for another object or an older version of it; `patched`: computed by the server. */
export function checkVersions({ resource, name, namespace }: Target, metadata: Json, now: Json, patched: boolean): void {
  const uid = text(metadata, 'uid');
  if (uid !== '' && uid !== now['uid']) {
    if (patched) {
      const cause = { reason: 'FieldValueInvalid', message: `Invalid value: "${uid}": field is immutable`, field: 'metadata.uid' };
      throw invalid(resource, name, resource.custom ? [cause, cause] : [cause]);
    }
    const key = ['/registry', resource.group, resource.plural, namespace, name].filter((part) => part !== '').join('/');
    const precondition = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${text(now, 'uid')}`;
    throw conflict(resource, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${precondition}`);
  }
  const version = text(metadata, 'resourceVersion');
  if (version === '' && resource.custom && !patched) {
    const cause = { reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update', field: 'metadata.resourceVersion' };
    throw invalid(resource, name, [cause], resource.plural);
  }
  if (version !== '' && version !== now['resourceVersion']) throw conflict(resource, name, MODIFIED);
}

/** @throws StatusError when a namespace is absent or going. */
export function checkNamespace({ store }: { readonly store: Store }, { resource, namespace }: Target, name: string): void {
  const found = store.get(storageKey(NAMESPACE), '', namespace);
  if (found === undefined) throw new StatusError(404, 'NotFound', `namespaces "${namespace}" not found`, { name: namespace, kind: 'namespaces' });
  if (member(found, 'metadata')['deletionTimestamp'] === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const shown = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const causes = [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }];
  throw new StatusError(403, 'Forbidden', `${shown} "${name}" is forbidden: ${why}`, { ...detailsOf(resource, name), causes });
}
