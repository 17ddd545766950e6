import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { STREAM_HEADER, type Clock } from '../../util/clock.ts';
import { PARTICIPANT_HEADER } from '../clock/traffic.ts';
import type { Traffic } from '../clock/traffic.ts';
import { objectFrom, patched, readBody } from './body.ts';
import { makeCertificates } from './certificates.ts';
import { AGGREGATED, aggregated, apiGroup, groupNames, resourceList } from './discovery.ts';
import { finalizerWarnings } from './finalizers.ts';
import { member } from './json.ts';
import type { Json } from './json.ts';
import { builtIns, definitions, resourcesOf, storageKey } from './resource.ts';
import type { Resource } from './resource.ts';
import { selector } from './selectors.ts';
import { notFound, StatusError } from './status-error.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';
import { streamWatch } from './watch.ts';
import { create, remove, update } from './write.ts';
import type { Target } from './write.ts';

export interface ApiDeps {
  readonly clock: Clock;
  readonly traffic: Traffic;
  /** Bearer tokens that may do everything. */
  readonly tokens: readonly string[];
}

export interface ApiServer {
  readonly url: string;
  /** The CA certificate, PEM. */
  readonly ca: string;
  readonly store: Store;
  close(): Promise<void>;
}

const WATCH_SECONDS = 1800;

/** Serves the API on 127.0.0.1; port 0 takes any free one. */
export async function serveApi(deps: ApiDeps, port: number): Promise<ApiServer> {
  const { ca, certificate, key } = await makeCertificates(Date.now());
  const store = createStore();
  for (const name of ['default', 'kube-system'])
    create({ store, clock: deps.clock }, { ...namespaceTarget(), name }, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const server = createServer({ cert: certificate, key }, (request, response) => void handle(deps, store, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `https://127.0.0.1:${actual}`, ca, store, close };
}

function namespaceTarget(): Target {
  const resource = builtIns().find((one) => one.kind === 'Namespace') ?? definitions;
  return { resource, namespace: '', name: '', subresource: '' };
}

async function handle(deps: ApiDeps, store: Store, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const header = request.headers[PARTICIPANT_HEADER.toLowerCase()];
  const participant = typeof header === 'string' ? header : undefined;
  const answered = deps.traffic.request(participant);
  try {
    const bearer = request.headers.authorization?.replace(/^Bearer /, '');
    if (bearer !== undefined && !deps.tokens.includes(bearer)) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
    if (bearer === undefined) throw new StatusError(403, 'Forbidden', `forbidden: User "system:anonymous" cannot reach path "${request.url ?? ''}"`, {});
    await route(deps, store, { request, response, participant, answered });
  } catch (error) {
    const status = error instanceof StatusError ? error : new StatusError(500, 'InternalError', String(error));
    sendJson(response, status.code, status.body);
  } finally {
    answered();
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly participant: string | undefined;
  readonly answered: () => void;
}

async function route(deps: ApiDeps, store: Store, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const url = new URL(request.url ?? '/', 'https://localhost');
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const resources = [...builtIns(), ...store.all(storageKey(definitions), '').flatMap(resourcesOf)];
  if (['/healthz', '/readyz', '/livez'].includes(url.pathname)) return sendText(response, 200, 'ok');
  const found = discover(resources, parts, request.headers.accept ?? '');
  if (found !== undefined) return sendJson(response, 200, found.body, found.type);
  const watched = parts.includes('watch') ? parts.filter((part) => part !== 'watch') : parts;
  if (watched.length !== parts.length) url.searchParams.set('watch', 'true');
  const target = targetOf(resources, watched);
  if (target === undefined) return sendText(response, 404, '404 page not found\n');
  if (target.subresource !== '' && !target.resource.subresources.includes(target.subresource)) throw notFound(target.resource, target.name);
  if (target.name === '' && request.method === 'GET') return collection(deps, store, exchange, target, url.searchParams);
  const body = await readBody(request);
  const [code, answer] = act({ ...deps, store }, target, request, body);
  if (code === 201) {
    const warnings = finalizerWarnings(target.resource, member(answer, 'metadata'));
    if (warnings.length > 0)
      response.setHeader(
        'Warning',
        warnings.map((warning) => `299 - ${JSON.stringify(warning)}`),
      );
  }
  sendJson(response, code, answer);
}

function act(deps: ApiDeps & { readonly store: Store }, target: Target, { method, headers }: IncomingMessage, body: string): [number, Json] {
  const type = (headers['content-type'] ?? '').split(';')[0] ?? '';
  if (method === 'POST') return [201, create(deps, target, objectFrom(type, body))];
  if (method === 'PUT') return [200, update(deps, target, objectFrom(type, body), false)];
  if (method === 'DELETE') return [200, remove(deps, target)];
  const current = deps.store.get(storageKey(target.resource), target.namespace, target.name);
  if (current === undefined) throw notFound(target.resource, target.name);
  if (method === 'PATCH') return [200, update(deps, target, patched(type, current, body), true)];
  if (method === 'GET') return [200, current];
  throw new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

async function collection(deps: ApiDeps, store: Store, exchange: Exchange, target: Target, query: URLSearchParams): Promise<void> {
  const { resource, namespace } = target;
  const matches = selector(query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '');
  if (['1', 'true'].includes(query.get('watch') ?? '')) {
    const resourceVersion = query.get('resourceVersion') ?? '';
    const timeoutSeconds = Number(query.get('timeoutSeconds') ?? WATCH_SECONDS);
    const stream = exchange.request.headers[STREAM_HEADER.toLowerCase()];
    const traffic = deps.traffic.watch(exchange.participant, typeof stream === 'string' ? stream : undefined);
    exchange.response.on('close', traffic.closed);
    const streaming = streamWatch(
      { ...deps, store },
      { resource: storageKey(resource), namespace, matches, resourceVersion, timeoutSeconds, onLine: traffic.line },
      exchange.response,
    );
    exchange.answered();
    return streaming;
  }
  const items = store.all(storageKey(resource), namespace).filter(matches);
  const custom = resource.schema === undefined ? {} : { continue: '' };
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  sendJson(exchange.response, 200, { kind: `${resource.kind}List`, apiVersion, metadata: { ...custom, resourceVersion: String(store.version()) }, items });
}

function discover(resources: readonly Resource[], parts: readonly string[], accept: string): { readonly body: Json; readonly type?: string } | undefined {
  const [root, group = '', version = ''] = parts;
  const together = accept.includes('as=APIGroupDiscoveryList');
  if (root === 'version' && parts.length === 1) return { body: { major: '1', minor: '36', gitVersion: 'v1.36.3' } };
  if (root === 'api' && parts.length === 1) {
    if (together) return { body: aggregated(resources, ['']), type: AGGREGATED };
    return { body: { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }] } };
  }
  if (root === 'api' && parts.length === 2) return wrapped(resourceList(resources, '', group));
  if (root !== 'apis') return undefined;
  const names = groupNames(resources);
  if (parts.length === 1) {
    if (together) return { body: aggregated(resources, names), type: AGGREGATED };
    return { body: { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map((name) => apiGroup(resources, name)) } };
  }
  if (parts.length === 3) return wrapped(resourceList(resources, group, version));
  const one = parts.length === 2 ? apiGroup(resources, group) : undefined;
  return wrapped(one === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...one });
}

function wrapped(body: Json | undefined): { readonly body: Json } | undefined {
  return body === undefined ? undefined : { body };
}

function targetOf(resources: readonly Resource[], parts: readonly string[]): Target | undefined {
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const [group, version, rest] = core ? ['', parts[1], parts.slice(2)] : [parts[1], parts[2], parts.slice(3)];
  const inside = rest[0] === 'namespaces' && rest.length > 2 && !(core && ['status', 'finalize'].includes(rest[2] ?? ''));
  const namespace = inside ? (rest[1] ?? '') : '';
  const [plural, name = '', subresource = ''] = inside ? rest.slice(2) : rest;
  const resource = resources.find((one) => one.group === group && one.version === version && one.plural === plural);
  return resource === undefined ? undefined : { resource, namespace, name, subresource };
}

function sendJson(response: ServerResponse, code: number, body: Json, type = 'application/json'): void {
  response.writeHead(code, { 'Content-Type': type }).end(JSON.stringify(body));
}

function sendText(response: ServerResponse, code: number, body: string): void {
  response.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8' }).end(body);
}
