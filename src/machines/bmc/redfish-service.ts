import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { isLabwrightError, LabwrightError, messageOf } from '../../util/errors.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import type { BmcBackend, BmcSystem } from './bmc.ts';
import {
  BOOT_MODES,
  BOOT_TARGETS,
  collection,
  interfaceResource,
  managerResource,
  mediaResource,
  RESET_TYPES,
  serviceRoot,
  systemResource,
} from './redfish-resources.ts';

const resetBody = z.object({ ResetType: z.enum(RESET_TYPES) });
const insertBody = z.object({ Image: z.url({ protocol: /^https?$/ }) });
const bootBody = z.object({
  Boot: z.object({ BootSourceOverrideTarget: z.enum([...BOOT_TARGETS, 'None']).optional(), BootSourceOverrideEnabled: z.enum(BOOT_MODES).optional() }),
});

/** What a request gets back; without a body it is a 204. */
interface Answer {
  readonly status: number;
  readonly body?: object;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: () => Promise<unknown>;
  readonly cause: string | null;
}

const DONE: Answer = { status: 204 };

/**
 * Serves Redfish for every machine of `backend`, for node's http and https servers.
 *
 * The roots are open, the rest takes the Basic credentials of a machine; the collections list the machines those open.
 * A machine is found by UUID or by name, without a redirect (reference/lab-and-libvirt.md §3.4).
 */
export function createRedfishService(backend: BmcBackend): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(backend, request)
      .catch(failure)
      .then((result) => send(response, result))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
}

async function answer(backend: BmcBackend, request: IncomingMessage): Promise<Answer> {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://bmc').pathname).replace(/\/+$/, '');
  const cause = request.headers[CAUSE_HEADER.toLowerCase()];
  const call: Call = { method: request.method ?? 'GET', path, body: () => readJson(request), cause: typeof cause === 'string' ? cause : null };

  if (path === '/redfish') return get(call, { v1: '/redfish/v1/' });
  if (path === '/redfish/v1') return get(call, serviceRoot());
  const [, kind, name, ...rest] = /^\/redfish\/v1\/(Systems|Managers)(?:\/([^/]+)(?:\/(.+))?)?$/.exec(path) ?? [];
  if (!kind) return notFound(path);

  const allowed = visible(backend, await backend.systems(), request.headers.authorization);
  if (allowed.length === 0) return unauthorized();
  if (!name) {
    const members = allowed.map((system) => system.id);
    return get(call, collection(path, kind === 'Systems' ? 'ComputerSystem' : 'Manager', members));
  }
  const system = allowed.find((candidate) => candidate.id === name || candidate.name === name);
  if (!system) return (await backend.systems()).some((other) => other.id === name || other.name === name) ? unauthorized() : notFound(path);
  return answerMachine(backend, system, call, { kind, base: `/redfish/v1/${kind}/${name}`, rest: rest[0] ?? '' });
}

async function answerMachine(backend: BmcBackend, system: BmcSystem, call: Call, at: { kind: string; base: string; rest: string }): Promise<Answer> {
  const cd = `${at.base}/VirtualMedia/Cd`;
  switch (at.rest) {
    case '':
      if (at.kind === 'Managers') return get(call, managerResource(system, at.base));
      if (call.method === 'PATCH') return patchBoot(backend, system, await call.body());
      return get(call, await systemResource(backend, system, at.base));
    case 'Actions/ComputerSystem.Reset':
      if (at.kind !== 'Systems') return notFound(call.path);
      return post(call, async () => backend.reset(system.id, parse(resetBody, await call.body()).ResetType, call.cause));
    case 'VirtualMedia':
      return get(call, collection(call.path, 'VirtualMedia', ['Cd']));
    case 'VirtualMedia/Cd':
      return get(call, mediaResource(cd, await backend.media(system.id)));
    case 'VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia':
      return post(call, async () => backend.insertMedia(system.id, parse(insertBody, await call.body()).Image));
    case 'VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia':
      return post(call, () => backend.ejectMedia(system.id));
    case 'EthernetInterfaces':
      return get(call, collection(call.path, 'EthernetInterface', [system.mac]));
    case `EthernetInterfaces/${system.mac}`:
      return get(call, interfaceResource(call.path, system.mac));
    default:
      return notFound(call.path);
  }
}

/** A client may send the target, the mode, or both; what it leaves out stays. */
async function patchBoot(backend: BmcBackend, system: BmcSystem, body: unknown): Promise<Answer> {
  const { BootSourceOverrideTarget: target, BootSourceOverrideEnabled: enabled } = parse(bootBody, body).Boot;
  const before = await backend.boot(system.id);
  const next = target ?? before.target;
  if (next === 'None') await backend.setBoot(system.id, 'Hdd', 'Disabled');
  else await backend.setBoot(system.id, next, enabled ?? (before.enabled === 'Disabled' ? 'Once' : before.enabled));
  return DONE;
}

function get(call: Call, body: object): Answer {
  return call.method === 'GET' || call.method === 'HEAD' ? { status: 200, body } : redfishError(405, `${call.method} is not served here`);
}

async function post(call: Call, act: () => Promise<void>): Promise<Answer> {
  if (call.method !== 'POST') return redfishError(405, `${call.method} is not served here`);
  await act();
  return DONE;
}

function visible(backend: BmcBackend, systems: readonly BmcSystem[], authorization: string | undefined): readonly BmcSystem[] {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (!encoded) return [];
  const [, username = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return systems.filter((system) => backend.authenticate(system.id, username, password));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const content = await text(request);
  try {
    return content.trim() === '' ? {} : JSON.parse(content);
  } catch (error) {
    throw new LabwrightError('bad_input', 'the body is not JSON', { cause: error });
  }
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new LabwrightError('bad_input', z.prettifyError(result.error));
  return result.data;
}

function failure(error: unknown): Answer {
  const code = isLabwrightError(error) ? error.code : undefined;
  if (code === 'bad_input') return redfishError(400, messageOf(error));
  return redfishError(code === 'conflict' || code === 'refused' ? 409 : 500, messageOf(error));
}

function unauthorized(): Answer {
  return redfishError(401, 'these credentials do not open this machine');
}

function notFound(path: string): Answer {
  return redfishError(404, `there is no ${path}`);
}

function redfishError(status: number, message: string): Answer {
  return {
    status,
    body: { error: { code: 'Base.1.0.GeneralError', message, '@Message.ExtendedInfo': [{ MessageId: 'Base.1.0.GeneralError', Message: message }] } },
  };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.statusCode = status;
  response.setHeader('OData-Version', '4.0');
  if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="BMC"');
  if (!body) return void response.end();
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
}
