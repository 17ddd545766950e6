import { isJson, member, text } from '../json.ts';
import type { Json } from '../json.ts';
import { reachVersion } from './list-options.ts';
import type { ListOptions } from './list-options.ts';
import { apiVersionOf, storageKey } from '../kinds/resource.ts';
import type { Resource } from '../kinds/resource.ts';
import { badRequest, StatusError } from '../status-error.ts';
import type { Store } from '../store.ts';

export interface ListQuery {
  readonly resource: Resource;
  readonly namespace: string;
  readonly matches: (object: Json) => boolean;
  readonly hasSelectors: boolean;
  readonly options: ListOptions;
}

/** What a page leaves for the next one: the version it shows and the key to go on after. */
interface ContinueToken {
  readonly v: 'meta.k8s.io/v1';
  /** -1: whatever is newest, after the first page's version was forgotten. */
  readonly rv: number;
  readonly start: string;
}

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** A list, or one page of it. Pages show what the first one saw, as long as that is remembered. @throws StatusError */
export async function list(store: Store, query: ListQuery): Promise<Json> {
  const { resource, options } = query;
  const token = options.continueToken === '' ? undefined : decodeToken(options.continueToken);
  if (options.version !== undefined) await reachVersion(store, options.version);
  const { items: all, version } = snapshot(store, query, token);
  const start = token?.start ?? '';
  const rest = all.filter((object) => keyOf(object) > start || start === '').filter(query.matches);
  const page = options.limit > 0 ? rest.slice(0, options.limit) : rest;
  const last = page.at(-1);
  const more = page.length < rest.length && last !== undefined;
  const next = more ? encodeToken({ v: 'meta.k8s.io/v1', rv: version, start: keyOf(last) }) : '';
  const metadata = {
    ...(next !== '' || resource.custom ? { continue: next } : {}),
    ...(more && !query.hasSelectors ? { remainingItemCount: rest.length - page.length } : {}),
    resourceVersion: String(version),
  };
  return { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items: resource.custom ? page : page.map(untyped) };
}

/** Items of built-in lists do not repeat what the list says. */
function untyped({ apiVersion: _version, kind: _kind, ...rest }: Json): Json {
  return rest;
}

function snapshot(
  store: Store,
  { resource, namespace, options }: ListQuery,
  token: ContinueToken | undefined,
): { readonly items: readonly Json[]; readonly version: number } {
  const key = storageKey(resource);
  const wanted = token === undefined ? (options.isExact ? options.version : undefined) : token.rv > 0 ? token.rv : undefined;
  if (wanted === undefined || wanted === store.version()) return { items: store.all(key, namespace), version: store.version() };
  const items = store.allAt(key, namespace, wanted);
  if (items !== undefined) return { items, version: wanted };
  if (token === undefined) throw new StatusError(410, 'Expired', 'The resourceVersion for the provided list is too old.');
  throw new StatusError(410, 'Expired', TOO_OLD, undefined, { continue: encodeToken({ ...token, rv: -1 }) });
}

function keyOf(object: Json): string {
  const metadata = member(object, 'metadata');
  return `${text(metadata, 'namespace')}/${text(metadata, 'name')}`;
}

function encodeToken(token: ContinueToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decodeToken(token: string): ContinueToken {
  const wrong = (why: string): StatusError => badRequest(`invalid continue token: continue key is not valid: ${why}`);
  const strange = token.search(/[^A-Za-z0-9_-]/);
  if (strange !== -1) throw wrong(`illegal base64 data at input byte ${strange}`);
  let decoded: unknown;
  try {
    decoded = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw wrong('invalid character in the decoded token');
  }
  if (!isJson(decoded) || decoded['v'] !== 'meta.k8s.io/v1')
    throw wrong(`server does not recognize this encoded version ${JSON.stringify(isJson(decoded) ? decoded['v'] : '')}`);
  if (typeof decoded['rv'] !== 'number' || typeof decoded['start'] !== 'string')
    throw wrong('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  return { v: 'meta.k8s.io/v1', rv: decoded['rv'], start: decoded['start'] };
}
