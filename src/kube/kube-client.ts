import type { KindRef, KubeObject, ObjectRef } from './objects.ts';

/** Resource of one hub or spoke: kinds in, objects out. Every call takes its signal last; every answer that is not 2xx is a KubeApiError. */
export interface KubeClient {
  /** @returns undefined for 404. */
  get(ref: ObjectRef, signal?: AbortSignal): Promise<KubeObject | undefined>;
  list(query: ListQuery, signal?: AbortSignal): Promise<KubeList>;
  create(object: KubeObject, options?: WriteOptions, signal?: AbortSignal): Promise<KubeObject>;
  /** PUT; with `subresource: 'status'` only the status, with `'approval'` only a certificate request's approval. A stale resourceVersion is a conflict (409). */
  update(object: KubeObject, options?: WriteOptions, signal?: AbortSignal): Promise<KubeObject>;
  /** Server-side apply. `force` takes fields from other managers; use it only for fields we own. */
  apply(object: KubeObject, options: ApplyOptions, signal?: AbortSignal): Promise<KubeObject>;
  patch(ref: ObjectRef, patch: unknown, options: PatchOptions, signal?: AbortSignal): Promise<KubeObject>;
  /** @returns the object still there (waiting for finalizers), or undefined when it is gone or was not there. */
  delete(ref: ObjectRef, options?: DeleteOptions, signal?: AbortSignal): Promise<KubeObject | undefined>;
  /**
   * What exists now, then every change, for as long as the caller iterates: starts with `added` per object and `synced`,
   * survives resets, 410 and time-outs by resuming or listing again, and then reports only what really changed.
   */
  watch(query: ListQuery, signal?: AbortSignal): AsyncIterable<WatchEvent>;
  /** A plain request, for paths that are not objects (`/readyz`, `/version`, finalize). */
  raw(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<{ readonly status: number; readonly body: unknown }>;
}

export interface ListQuery extends KindRef {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface KubeList {
  readonly resourceVersion: string;
  readonly items: readonly KubeObject[];
}

export type WatchEvent =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: KubeObject }
  /** Everything that existed at the start has been reported. */
  | { readonly type: 'synced' };

export interface WriteOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly subresource?: 'status' | 'approval';
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  readonly force?: boolean;
}

export interface PatchOptions extends WriteOptions {
  readonly type: 'merge' | 'json';
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** Refused (409) when the object's UID is another one: success is tied to identity. */
  readonly uid?: string;
}
