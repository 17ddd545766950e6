import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { rootCertificates } from 'node:tls';
import type { Clock } from '../../util/clock.ts';
import { tlsIdentity, type Dial } from '../../util/dial.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import type { GiteaAccess } from './gitea-access.ts';

export interface GiteaDeps {
  readonly clock: Clock;
  readonly dial: Dial;
  /** The step that asks. */
  readonly cause: string;
}

export interface GiteaAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const SILENCE_MS = 30_000;

/** One request of Gitea's API (`/api/v1`). @throws LabwrightError `unreachable` when nobody answers. */
export function askGitea(
  deps: GiteaDeps,
  access: GiteaAccess,
  method: string,
  path: string,
  content: object | undefined,
  signal: AbortSignal,
): Promise<GiteaAnswer> {
  return deps.clock.during(ask(deps, access, { method, path, content }, signal));
}

async function ask(
  { dial, cause }: GiteaDeps,
  { host, username, password, ca }: GiteaAccess,
  { method, path, content }: { readonly method: string; readonly path: string; readonly content: object | undefined },
  signal: AbortSignal,
): Promise<GiteaAnswer> {
  const endpoint = await dial({ host, port: 443 });
  if (endpoint === undefined) throw new LabwrightError('unreachable', `connection refused by ${host}`);
  const headers = {
    host,
    accept: 'application/json',
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    [CAUSE_HEADER]: cause,
    ...(content !== undefined && { 'content-type': 'application/json' }),
  };
  const trust = { ...tlsIdentity(host), ...(ca !== undefined && { ca: [...rootCertificates, ca] }) };
  try {
    return await new Promise((resolve, reject) => {
      const options = { ...endpoint, ...trust, method, path: `/api/v1${path}`, headers, signal: AbortSignal.any([signal, AbortSignal.timeout(SILENCE_MS)]) };
      request(options, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body: parsed(body) }), reject);
      })
        .on('error', reject)
        .end(content === undefined ? undefined : JSON.stringify(content));
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new LabwrightError('unreachable', `${host}: ${messageOf(error)}`, { cause: error });
  }
}

/** A router without a pod behind it answers with a page. */
function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** A text of an answer; '' when it is missing or something else. */
export function textOf(body: GiteaAnswer['body'], key: string): string {
  const value = body[key];
  return typeof value === 'string' ? value : '';
}
