import type { Registry } from './kinds/registry.ts';
import type { Target } from './write/target.ts';

/** A request that points at a resource: where, what for, and how. */
export interface ResourceRequest extends Target {
  readonly verb: Verb;
  readonly query: URLSearchParams;
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** @returns undefined when nothing is served at that path. */
export function parseRequest(registry: Registry, method: string, url: URL): ResourceRequest | undefined {
  const all = url.pathname.split('/').filter((part) => part !== '');
  const old = all[0] === 'api' ? 2 : 3;
  // The deprecated form of a watch: /api/v1/watch/..., /apis/GROUP/VERSION/watch/...
  const watched = all[old] === 'watch';
  const parts = watched ? all.toSpliced(old, 1) : all;
  const target = targetOf(registry, parts.map(decodeURIComponent));
  if (target === undefined) return undefined;
  const watching = watched || ['1', 'true'].includes(url.searchParams.get('watch') ?? '');
  const verb = verbOf(method, target.name, watching);
  // A namespaced kind without a namespace can only be listed and watched; a cluster-wide one has none to be in.
  if (target.resource.namespaced ? target.namespace === '' && !['list', 'watch'].includes(verb) : target.namespace !== '') return undefined;
  return { ...target, verb, query: url.searchParams };
}

function verbOf(method: string, name: string, watching: boolean): Verb {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    default:
      if (name !== '') return 'get';
      return watching ? 'watch' : 'list';
  }
}

function targetOf(registry: Registry, parts: readonly string[]): Target | undefined {
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const [group = '', version = '', rest] = core ? ['', parts[1], parts.slice(2)] : [parts[1], parts[2], parts.slice(3)];
  const inside = rest[0] === 'namespaces' && rest.length > 2 && !(core && ['status', 'finalize'].includes(rest[2] ?? ''));
  const namespace = inside ? (rest[1] ?? '') : '';
  const [plural = '', name = '', subresource = ''] = inside ? rest.slice(2) : rest;
  const resource = registry.find(group, version, plural);
  return resource === undefined ? undefined : { resource, namespace, name, subresource };
}
