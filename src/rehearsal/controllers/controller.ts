import type { KindRef, KubeObject } from '../../kube/objects.ts';
import type { ObjectCache } from './object-cache.ts';

/** Which object a reconcile is about. */
export interface ObjectKey {
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface Watch {
  readonly kind: KindRef;
  /** Which objects of the controller's own kind an object of this kind concerns. Default: the one of the same name and namespace. */
  readonly keysOf?: (object: KubeObject, cache: ObjectCache) => readonly ObjectKey[];
}

/**
 * One controller of the hub, as a client of its API.
 *
 * `reconcile` looks at the objects as they are now, brings them one step nearer to what they should be, and says when to
 * look again. It may be called at any time and for objects that are gone. It never sleeps: the clock stands still while it
 * runs. A conflict (409) is tried again at once, any other error after a growing pause.
 */
export interface Controller {
  readonly name: string;
  readonly watches: readonly Watch[];
  /** Called once at the start with the way to wake the controller for reasons that no watch brings (a backend of its own). */
  readonly source?: (wake: (key: ObjectKey) => void) => void;
  readonly reconcile: (key: ObjectKey, signal: AbortSignal) => Promise<LookAgain | void>;
}

export interface LookAgain {
  readonly afterMs: number;
  /** It only waits for what somebody else must change: see Clock.sleep. */
  readonly idle?: true;
}

export function keyOf(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace, name: object.metadata.name };
}
