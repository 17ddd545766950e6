import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type Agent as HttpsAgent } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../util/clock.ts';
import { endpointOf, tlsIdentity, type Dial, type Endpoint } from '../../util/dial.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';

export interface RedfishDeps {
  readonly clock: Clock;
  readonly dial: Dial;
  readonly tls: { readonly ca?: string; readonly insecure?: boolean };
  /** Keeps connections open between requests. Default: one for each request, for BMCs have few. */
  readonly connections?: HttpsAgent;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RedfishCall {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

export interface RedfishReply {
  readonly status: number;
  readonly text: string;
  readonly etag: string | undefined;
  readonly location: string | undefined;
}

/** One request, where `dial` says the host is. @throws LabwrightError `unreachable`; the signal's reason when aborted. */
export async function redfishRequest(deps: RedfishDeps, call: RedfishCall): Promise<RedfishReply> {
  return deps.clock.during(dialled(deps, call));
}

async function dialled(deps: RedfishDeps, call: RedfishCall): Promise<RedfishReply> {
  const address = endpointOf(call.url);
  const endpoint = await deps.dial(address);
  if (!endpoint) throw unreachable(call.url, 'connection refused');
  try {
    return await send(deps, call, address.host, endpoint);
  } catch (error) {
    call.signal?.throwIfAborted();
    throw unreachable(call.url, messageOf(error), error);
  }
}

function send(deps: RedfishDeps, call: RedfishCall, hostname: string, endpoint: Endpoint): Promise<RedfishReply> {
  return new Promise((resolve, reject) => {
    const body = call.body && JSON.stringify(call.body);
    const options = {
      ...endpoint,
      method: call.method,
      path: call.url.pathname + call.url.search,
      agent: deps.connections ?? (false as const),
      headers: {
        ...deps.headers,
        ...call.headers,
        Host: call.url.host,
        Accept: 'application/json',
        'OData-Version': '4.0',
        ...(body === undefined ? { 'Content-Length': '0' } : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
      },
      ...(call.signal && { signal: call.signal }),
    };
    const identity = tlsIdentity(hostname);
    const tls = {
      // Node reuses no connection of a request that brings its own identity check, and nobody asks for it here.
      ...(deps.tls.insecure ? { servername: identity.servername } : identity),
      ...(deps.tls.ca !== undefined && { ca: deps.tls.ca }),
      rejectUnauthorized: deps.tls.insecure !== true,
    };
    const request = call.url.protocol === 'https:' ? httpsRequest({ ...options, ...tls }) : httpRequest(options);
    request.on('error', reject);
    request.on('response', (response) => {
      const { etag, location } = response.headers;
      text(response).then((content) => resolve({ status: response.statusCode ?? 0, text: content, etag, location }), reject);
    });
    request.end(body);
  });
}

function unreachable(url: URL, why: string, cause?: unknown): LabwrightError {
  return new LabwrightError('unreachable', `the BMC at ${url.host} does not answer: ${why}`, {
    hint: `check that ${url.host} is the BMC's address and that it is reachable from here`,
    cause,
  });
}
