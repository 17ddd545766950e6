import { realSleep } from '../../../src/util/clock.ts';

export interface Written {
  readonly version: string | null;
  /** Of an object that is gone with this write. */
  readonly deletedUid: string | undefined;
}

export interface OpenWatch {
  /** A line of it has been sent on. */
  saw(line: string): void;
  close(): void;
}

/** How long a watch may take to bring a write before time goes on without it, in real time. */
const PATIENCE_MS = 3000;

/** Keeps count of what the open watches of an API server have brought, to wait for what was just written. */
export function createWatchers(): {
  open(url: string): OpenWatch;
  /** Resolves when every watch of all objects of the kind has brought it. */
  brought(resource: string, written: Written): Promise<void>;
} {
  const watches = new Set<{ readonly resource: string; version: number; readonly gone: Set<string> }>();
  return {
    open(url) {
      const query = new URL(url, 'https://localhost').searchParams;
      const watch = { resource: resourceOf(url), version: Number(query.get('resourceVersion') ?? 0), gone: new Set<string>() };
      // What a selector or a namespace hides is never brought.
      const seesAll = !url.includes('/namespaces/') && !query.has('labelSelector') && !query.has('fieldSelector');
      if (seesAll) watches.add(watch);
      return {
        saw(line) {
          const { type, object } = JSON.parse(line) as {
            readonly type: string;
            readonly object: { readonly metadata?: { readonly resourceVersion?: string; readonly uid?: string } };
          };
          watch.version = Math.max(watch.version, Number(object.metadata?.resourceVersion ?? 0));
          if (type === 'DELETED') watch.gone.add(object.metadata?.uid ?? '');
        },
        close: () => void watches.delete(watch),
      };
    },
    async brought(resource, { version, deletedUid }) {
      const deadlineMs = performance.now() + PATIENCE_MS;
      const behind = (): boolean =>
        [...watches].some(
          (watch) => watch.resource === resource && (deletedUid === undefined ? watch.version < Number(version ?? 0) : !watch.gone.has(deletedUid)),
        );
      while (behind() && performance.now() < deadlineMs) await realSleep(2);
    },
  };
}

/** `group/plural` of a path, whatever its version, namespace and name. */
export function resourceOf(url: string): string {
  const path = url.split('?')[0] ?? '';
  const [, group = '', rest = ''] = /^\/apis\/([^/]+)\/[^/]+\/(.*)$/.exec(path) ?? [undefined, '', path.replace(/^\/api\/v1\//, '')];
  const parts = rest.split('/');
  // `namespaces/NAME/PLURAL…`; but a namespace itself is at `namespaces/NAME`, its finalizers at `namespaces/NAME/finalize`.
  const plural = parts[0] === 'namespaces' && parts.length > 2 && !['finalize', 'status'].includes(parts[2] ?? '') ? parts[2] : parts[0];
  return `${group}/${plural}`;
}
