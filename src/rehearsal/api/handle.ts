import { realSleep } from '../../util/clock.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import { PARTICIPANT_HEADER } from '../clock/traffic.ts';
import { reviewAccess } from './access/access-review.ts';
import { isKnown } from './access/authenticate.ts';
import type { User } from './access/authenticate.ts';
import { allowedBy, pathAllowed } from './access/authorize.ts';
import { ACCESS_REVIEW, DEFINITION } from './kinds/built-ins.ts';
import { discover } from './kinds/discovery.ts';
import { member, text } from './json.ts';
import type { Json } from './json.ts';
import type { Exchange, HandlerDeps } from './exchange.ts';
import type { Trouble } from './interfere.ts';
import { negotiate } from './negotiate.ts';
import { openApi } from './kinds/openapi.ts';
import { parseRequest } from './parse-request.ts';
import type { ResourceRequest } from './parse-request.ts';
import { readCollection, readObject } from './read/read.ts';
import { storageKey } from './kinds/resource.ts';
import type { Resource } from './kinds/resource.ts';
import { sendJson, sendText } from './send.ts';
import { detailsOf, notFound, qualified, StatusError } from './status-error.ts';
import { writeObject } from './write/write-request.ts';
import type { ApiRequest, ApiResponse } from './parties.ts';

/** Answers one request; `known` is its user where nobody has to be authenticated. Never rejects. */
export async function handle(deps: HandlerDeps, request: ApiRequest, response: ApiResponse, known?: User): Promise<void> {
  const participant = headerOf(request, PARTICIPANT_HEADER);
  const answered = deps.traffic.request(participant);
  let user = '';
  let version: string | null = null;
  const wrote = (object: Json): void => void (version = text(member(object, 'metadata'), 'resourceVersion') || null);
  try {
    const who = known ?? deps.authenticate(request);
    user = who.name;
    const trouble = deps.interfere?.({ method: request.method ?? 'GET', path: request.url ?? '/', participant });
    // Real time: a request that waited for simulated time would hold it.
    if (trouble === 'slow') await realSleep(SLOW_MS);
    refuse(trouble);
    await route(deps, { request, response, user: who, participant, trouble, wrote, answered });
  } catch (error) {
    const status = error instanceof StatusError ? error : new StatusError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
    if ([429, 503, 504].includes(status.code)) response.setHeader('Retry-After', '1');
    if (!response.headersSent) sendJson(response, status.code, status.body);
  } finally {
    const method = request.method ?? 'GET';
    if (!['GET', 'HEAD', 'OPTIONS'].includes(method)) {
      const cause = headerOf(request, CAUSE_HEADER) ?? null;
      deps.onMutation?.({ atMs: deps.clock.now(), method, path: request.url ?? '/', user, cause, participant, status: response.statusCode, version });
    }
    answered();
  }
}

const SLOW_MS = 250;

function refuse(trouble: Trouble | undefined): void {
  if (trouble === 'too-many-requests') throw new StatusError(429, 'TooManyRequests', 'Too many requests, please try again later.');
  if (trouble === 'unavailable') throw new StatusError(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
}

function headerOf(request: ApiRequest, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}

async function route(deps: HandlerDeps, asked: Omit<Exchange, 'form'>): Promise<void> {
  const { request, response, user } = asked;
  const url = new URL(request.url ?? '/', 'https://localhost');
  const resourceRequest = parseRequest(deps.registry, request.method ?? 'GET', url);
  if (resourceRequest === undefined) {
    if (!pathAllowed(user, url.pathname)) throw new StatusError(403, 'Forbidden', `forbidden: User "${user.name}" cannot get path "${url.pathname}"`, {});
    if (['/healthz', '/readyz', '/livez'].includes(url.pathname)) return sendText(response, 200, 'ok');
    const document = openApi(deps.registry.all(), url.pathname);
    if (document !== undefined) return sendJson(response, 200, document);
    const found = discover(deps.registry.all(), url.pathname, request.headers.accept ?? '');
    return found === undefined ? sendText(response, 404, '404 page not found\n') : sendJson(response, 200, found.body, found.type);
  }
  const { resource, subresource, name, verb } = resourceRequest;
  if (resource === ACCESS_REVIEW && verb === 'create' && isKnown(user)) return reviewAccess(deps, { ...asked, form: negotiate(request) });
  checkAccess(deps, user, resourceRequest);
  const exchange = { ...asked, form: negotiate(request) };
  if (subresource !== '' && !resource.subresources.includes(subresource)) throw notFound(resource, name);
  if (subresource !== '' && ['create', 'delete'].includes(verb)) {
    throw notAllowed(resource, `${verb} is not supported on resources of kind "${qualified(resource)}"`);
  }
  if (verb === 'create' && isTerminating(deps, resource)) throw notAllowed(resource, 'create not allowed while custom resource definition is terminating');
  if (verb === 'get') return readObject(deps, exchange, resourceRequest);
  if (verb === 'list' || verb === 'watch') return readCollection(deps, exchange, resourceRequest);
  return writeObject(deps, exchange, { ...resourceRequest, verb });
}

function checkAccess({ store }: HandlerDeps, user: User, { resource, subresource, namespace, name, verb }: ResourceRequest): void {
  const what = subresource === '' ? resource.plural : `${resource.plural}/${subresource}`;
  if (allowedBy(store, user, { verb, group: resource.group, resource: what, namespace, name }) !== undefined) return;
  const subject = name === '' ? qualified(resource) : `${qualified(resource)} "${name}"`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const message = `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${what}" in API group "${resource.group}" ${where}`;
  throw new StatusError(403, 'Forbidden', message, detailsOf(resource, name));
}

function notAllowed(resource: Resource, message: string): StatusError {
  return new StatusError(405, 'MethodNotAllowed', message, detailsOf(resource, ''));
}

/** Whether the kind's definition is on its way out. */
function isTerminating({ store }: HandlerDeps, resource: Resource): boolean {
  if (!resource.custom) return false;
  const definition = store.get(storageKey(DEFINITION), '', qualified(resource));
  return member(definition ?? {}, 'metadata')['deletionTimestamp'] !== undefined;
}
