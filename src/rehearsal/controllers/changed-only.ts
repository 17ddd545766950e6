import { isDeepStrictEqual } from 'node:util';
import { refOf, type KubeObject } from '../../kube/objects.ts';
import { keyOf, type ObjectKey, type Watch } from './controller.ts';

/**
 * Wakes a controller only when an object comes or goes, or what `parts` picks of it has changed, as the predicates of
 * controller-runtime do.
 *
 * Without it a controller that counts its failures, or asks to be called again in a minute, is woken by what it wrote itself.
 */
export function changedOnly(
  parts: (object: KubeObject) => unknown,
  keysOf: (object: KubeObject) => readonly ObjectKey[] = (object) => [keyOf(object)],
): Watch['keysOf'] {
  const seen = new Map<string | undefined, unknown>();
  return (object, cache) => {
    const { uid } = object.metadata;
    if (cache.get(refOf(object))?.metadata.uid !== uid) {
      seen.delete(uid);
      return keysOf(object);
    }
    const now = parts(object);
    if (seen.has(uid) && isDeepStrictEqual(seen.get(uid), now)) return [];
    seen.set(uid, now);
    return keysOf(object);
  };
}
