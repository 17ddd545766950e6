import type { IncomingMessage, ServerResponse } from 'node:http';
import { LabwrightError } from '../../util/errors.ts';
import { createTurns, type InTurn } from '../../util/in-turn.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import { describeCall, type BmcEvent } from './bmc-event.ts';
import type { BmcBackend, BmcSystem } from './bmc.ts';
import { done, failure, get, notFound, unauthorized, type Answer, type Call } from './redfish-answer.ts';
import { collection, serviceRoot, taskResource, taskServiceResource } from './redfish-resources.ts';
import { answerMachine, type MachinePath } from './redfish-routes.ts';
import { createTasks, type Tasks } from './redfish-tasks.ts';

export interface RedfishServiceOptions {
  /** Told of every call, after it was answered. */
  readonly onCall?: (event: BmcEvent) => void;
  /** How long a request is held before it is answered with a task; clients wait 60 s. */
  readonly holdMs?: number;
}

const HOLD_MS = 45_000;
const MAX_BODY_BYTES = 64 * 1024;

interface Service {
  readonly backend: BmcBackend;
  readonly tasks: Tasks;
  readonly inTurn: InTurn;
  readonly onCall: (event: BmcEvent) => void;
}

/**
 * Serves Redfish for every machine of `backend`, for node's http and https servers.
 *
 * The roots are open, the rest takes the Basic credentials of a machine; the collections list the machines those open.
 * A machine is found by UUID or by name, without a redirect. What takes longer than clients wait is answered with 202 and
 * a task; later calls for that machine take effect after it (reference/lab-and-libvirt.md §3.4).
 */
export function createRedfishService(backend: BmcBackend, options: RedfishServiceOptions = {}): (request: IncomingMessage, response: ServerResponse) => void {
  const service: Service = { backend, tasks: createTasks(options.holdMs ?? HOLD_MS), inTurn: createTurns(), onCall: options.onCall ?? (() => undefined) };
  return (request, response) => {
    answer(service, request)
      .then((result) => send(response, result))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
}

async function answer(service: Service, request: IncomingMessage): Promise<Answer> {
  let call: Call;
  try {
    call = readCall(request);
  } catch (error) {
    return failure(error);
  }
  if (call.path === '/redfish') return get(call, { v1: '/redfish/v1/' });
  if (call.path === '/redfish/v1') return get(call, serviceRoot());
  try {
    const allowed = visible(service.backend, await service.backend.systems(), request.headers.authorization);
    if (call.path.startsWith('/redfish/v1/TaskService')) return allowed.length === 0 ? unauthorized() : answerTasks(service.tasks, allowed, call);
    const [, kind, name, rest = ''] = /^\/redfish\/v1\/(Systems|Managers)(?:\/([^/]+)(?:\/(.+))?)?$/.exec(call.path) ?? [];
    if (kind !== 'Systems' && kind !== 'Managers') return notFound(call.path);
    if (name !== undefined) return await answerOne(service, request, allowed, call, { kind, base: `/redfish/v1/${kind}/${name}`, rest }, name);
    if (allowed.length === 0) return unauthorized();
    const members = allowed.map((system) => system.id);
    return get(call, collection(call.path, kind === 'Systems' ? 'ComputerSystem' : 'Manager', members));
  } catch (error) {
    return failure(error);
  }
}

/** A call about one machine: it becomes an event, however it ends. */
async function answerOne(
  { backend, tasks, inTurn, onCall }: Service,
  request: IncomingMessage,
  allowed: readonly BmcSystem[],
  call: Call,
  at: MachinePath,
  name: string,
): Promise<Answer> {
  const started = performance.now();
  const client = request.socket.remoteAddress ?? 'unknown';
  const named = (system: BmcSystem): boolean => system.id === name || system.name === name;
  const machine = (await backend.systems()).find(named);
  let body: unknown;
  const heard: Call = { ...call, body: async () => (body = await call.body()) };
  const tell = ({ status, body: answered }: Answer): void => {
    const { method, cause } = call;
    const error = answered && 'error' in answered ? (answered.error as { message: string }).message : undefined;
    const about = { machine: machine?.name, what: describeCall(method, at.rest, body), changes: method !== 'GET' && method !== 'HEAD' };
    onCall({ ...about, cause, client, status, tookMs: performance.now() - started, error });
  };
  const act = async (work: () => Promise<void>): Promise<Answer> => {
    // A reset must not overtake the media that came before it.
    const working = inTurn(machine!.id, work);
    const task = await tasks.hold({ system: machine!.id, what: describeCall(call.method, at.rest, body) }, working);
    if (!task) return done();
    working.then(
      () => tell(done()),
      (error: unknown) => tell(failure(error)),
    );
    return { status: 202, location: `/redfish/v1/TaskService/TaskMonitors/${task.id}`, body: taskResource(task) };
  };
  const system = allowed.find(named);
  const refusal = machine || allowed.length === 0 ? unauthorized() : notFound(call.path);
  const result = system ? await answerMachine(backend, system, heard, at, act).catch(failure) : refusal;
  tell(result);
  return result;
}

/** Tasks of the machines that the credentials open; a monitor says 202 until the end, then what the action would have said. */
function answerTasks(tasks: Tasks, allowed: readonly BmcSystem[], call: Call): Answer {
  const [, kind, id] = /^\/redfish\/v1\/TaskService\/(Tasks|TaskMonitors)\/([^/]+)$/.exec(call.path) ?? [];
  if (kind === undefined || id === undefined) {
    if (call.path === '/redfish/v1/TaskService') return get(call, taskServiceResource());
    return call.path === '/redfish/v1/TaskService/Tasks' ? get(call, collection(call.path, 'Task', [])) : notFound(call.path);
  }
  const task = tasks.find(id);
  if (!task || !allowed.some((system) => system.id === task.system)) return notFound(call.path);
  if (kind === 'Tasks') return get(call, taskResource(task));
  if (task.state === 'Running') return { status: 202, location: call.path, body: taskResource(task) };
  return task.state === 'Completed' ? done() : failure(task.failure);
}

function readCall(request: IncomingMessage): Call {
  const cause = request.headers[CAUSE_HEADER.toLowerCase()];
  const path = new URL(request.url ?? '/', 'http://bmc').pathname;
  try {
    return {
      method: request.method ?? 'GET',
      path: decodeURIComponent(path).replace(/\/+$/, ''),
      body: () => readJson(request),
      cause: typeof cause === 'string' ? cause : null,
    };
  } catch (error) {
    throw new LabwrightError('bad_input', `${path} is not a path`, { cause: error });
  }
}

function visible(backend: BmcBackend, systems: readonly BmcSystem[], authorization: string | undefined): readonly BmcSystem[] {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (!encoded) return [];
  const [, username = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return systems.filter((system) => backend.authenticate(system.id, username, password));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new LabwrightError('bad_input', 'the body is too long');
    chunks.push(chunk);
  }
  const content = Buffer.concat(chunks).toString();
  try {
    return content.trim() === '' ? {} : JSON.parse(content);
  } catch (error) {
    throw new LabwrightError('bad_input', 'the body is not JSON', { cause: error });
  }
}

function send(response: ServerResponse, { status, body, location }: Answer): void {
  response.statusCode = status;
  response.setHeader('OData-Version', '4.0');
  if (location !== undefined) response.setHeader('Location', location);
  if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="BMC"');
  if (!body) return void response.end();
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
}
