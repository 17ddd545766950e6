import { LabwrightError } from '../util/errors.ts';
import { createDiscovery, type Discovery } from './discovery.ts';
import { KubeApiError } from './kube-api-error.ts';
import type { KubeClient, KubeList, ListQuery, WriteOptions } from './kube-client.ts';
import type { KindRef, KubeObject } from './objects.ts';
import type { KubeConfig } from './parse-kubeconfig.ts';
import type { Clock } from '../util/clock.ts';
import type { KubeDeps, KubeRequest, Transport } from './transport.ts';
import { createTransport } from './transport.ts';
import { watchObjects } from './watch-objects.ts';

/** A client for one API server; see KubeClient. Connections are kept alive between calls and closed when idle. */
export function createKubeClient(deps: KubeDeps, config: KubeConfig): KubeClient {
  return kubeClientOn(createTransport(deps, config), deps.clock);
}

/** A client on any way to reach an API server. */
export function kubeClientOn(transport: Transport, clock: Clock): KubeClient {
  return clientOn(transport, createDiscovery(transport), clock);
}

/** Clients of one API server that share its connections and what they learn of its kinds. Each sends headers of its own. */
export function kubeClients(deps: KubeDeps, config: KubeConfig): (headers: Readonly<Record<string, string>>) => KubeClient {
  const transport = createTransport(deps, config);
  const discovery = createDiscovery(transport);
  return (headers) =>
    clientOn(
      { send: (request, signal) => transport.send({ ...request, headers }, signal), open: (path, stream, signal) => transport.open(path, stream, signal) },
      discovery,
      deps.clock,
    );
}

function clientOn(transport: Transport, discovery: Discovery, clock: Clock): KubeClient {
  async function pathOf(
    ref: KindRef,
    name: string | undefined,
    query: Record<string, string | undefined> = {},
    subresource?: string,
    signal?: AbortSignal,
  ): Promise<string> {
    const resource = await discovery.find(ref, signal);
    const root = ref.apiVersion.includes('/') ? `/apis/${ref.apiVersion}` : `/api/${ref.apiVersion}`;
    const namespace = resource.namespaced && ref.namespace !== undefined ? `/namespaces/${ref.namespace}` : '';
    if (resource.namespaced && namespace === '' && name !== undefined) throw new LabwrightError('bad_input', `${ref.kind}/${name} needs a namespace`);
    const search = new URLSearchParams(Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)).toString();
    const tail = [name, subresource].filter((part) => part !== undefined).map((part) => `/${part}`);
    return `${root}${namespace}/${resource.plural}${tail.join('')}${search === '' ? '' : `?${search}`}`;
  }

  async function send(request: KubeRequest, signal?: AbortSignal): Promise<unknown> {
    const answer = await transport.send(request, signal);
    if (answer.status < 200 || answer.status > 299) throw new KubeApiError(`${request.method} ${request.path.split('?')[0]}`, answer.status, answer.body);
    return answer.body;
  }

  async function list(query: ListQuery, signal?: AbortSignal): Promise<KubeList> {
    const items: KubeObject[] = [];
    let token: string | undefined;
    for (;;) {
      const path = await pathOf(query, undefined, { ...selectors(query), limit: '500', continue: token }, undefined, signal);
      const page = (await send({ method: 'GET', path }, signal)) as { metadata: { resourceVersion: string; continue?: string }; items: KubeObject[] | null };
      // Items of a list leave out what the list says once.
      for (const item of page.items ?? []) items.push({ ...item, apiVersion: query.apiVersion, kind: query.kind });
      token = page.metadata.continue || undefined;
      if (token === undefined) return { resourceVersion: page.metadata.resourceVersion, items };
    }
  }

  async function write(
    method: string,
    object: KubeObject,
    options: WriteOptions,
    extra: Record<string, string | undefined> = {},
    contentType?: string,
    signal?: AbortSignal,
  ): Promise<KubeObject> {
    const name = method === 'POST' ? undefined : object.metadata.name;
    const path = await pathOf(refOf(object), name, { ...writeQuery(options), ...extra }, options.subresource, signal);
    return (await send({ method, path, body: object, ...(contentType === undefined ? {} : { contentType }) }, signal)) as KubeObject;
  }

  return {
    list,
    async get(ref, signal) {
      const path = await pathOf(ref, ref.name, {}, undefined, signal);
      return undefinedIfGone(send({ method: 'GET', path }, signal));
    },
    create: (object, options = {}, signal) => write('POST', object, options, {}, undefined, signal),
    update: (object, options = {}, signal) => write('PUT', object, options, {}, undefined, signal),
    apply: (object, options, signal) =>
      write('PATCH', object, options, { force: options.force === true ? 'true' : undefined }, 'application/apply-patch+yaml', signal),
    async patch(ref, patch, options, signal) {
      const path = await pathOf(ref, ref.name, writeQuery(options), options.subresource, signal);
      const contentType = options.type === 'json' ? 'application/json-patch+json' : 'application/merge-patch+json';
      return (await send({ method: 'PATCH', path, body: patch, contentType }, signal)) as KubeObject;
    },
    async delete(ref, options = {}, signal) {
      const path = await pathOf(ref, ref.name, {}, undefined, signal);
      const { uid, propagationPolicy } = options;
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy, ...(uid === undefined ? {} : { preconditions: { uid } }) };
      const left = await undefinedIfGone(send({ method: 'DELETE', path, body }, signal));
      return left?.kind === 'Status' ? undefined : left;
    },
    watch: (query, signal) =>
      watchObjects(
        {
          clock,
          list: (inner) => list(query, inner),
          open: async (version, stream, inner) =>
            transport.open(
              await pathOf(query, undefined, { ...selectors(query), watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version }, undefined, inner),
              stream,
              inner,
            ),
        },
        signal,
      ),
    raw: (method, path, body, signal) => transport.send({ method, path, body }, signal),
  };
}

async function undefinedIfGone(answer: Promise<unknown>): Promise<KubeObject | undefined> {
  try {
    return (await answer) as KubeObject;
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 404) return undefined;
    throw error;
  }
}

function refOf(object: KubeObject): KindRef {
  const { namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, ...(namespace === undefined ? {} : { namespace }) };
}

function selectors(query: ListQuery): Record<string, string | undefined> {
  return { labelSelector: query.labelSelector, fieldSelector: query.fieldSelector };
}

function writeQuery(options: WriteOptions): Record<string, string | undefined> {
  return { fieldManager: options.fieldManager, dryRun: options.dryRun === true ? 'All' : undefined };
}
