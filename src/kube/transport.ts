import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Clock } from '../util/clock.ts';
import { realSleep, STREAM_HEADER } from '../util/clock.ts';
import { endpointOf, tlsIdentity, type Dial } from '../util/dial.ts';
import { LabwrightError, isLabwrightError, messageOf } from '../util/errors.ts';
import { KubeApiError } from './kube-api-error.ts';
import type { KubeConfig } from './parse-kubeconfig.ts';

export interface KubeDeps {
  readonly clock: Clock;
  readonly dial: Dial;
  /** Sent with every request, as the header that names the step that asked. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface KubeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface KubeAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Transport {
  /** Any status; 429 is asked again for every method, a dropped connection only for GET. */
  send(request: KubeRequest, signal?: AbortSignal): Promise<KubeAnswer>;
  /** A GET whose answer is read as it comes. @throws KubeApiError when it is not 200. */
  open(path: string, stream: string, signal: AbortSignal): Promise<IncomingMessage>;
}

const attempts = 5;

export function createTransport(deps: KubeDeps, config: KubeConfig): Transport {
  const base = new URL(config.server);
  const secure = base.protocol === 'https:';
  const address = endpointOf(base);
  const prefix = base.pathname.replace(/\/$/, '');
  const tls = {
    ...tlsIdentity(address.host),
    rejectUnauthorized: config.insecureSkipTlsVerify !== true,
    ca: config.ca,
    cert: config.clientCertificate,
    key: config.clientKey,
  };
  // On the agent, not on each request: Node reuses no connection of a request that brings its own identity check.
  const agent = secure ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });

  async function connect(request: KubeRequest, signal?: AbortSignal, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
    signal?.throwIfAborted();
    const endpoint = await deps.dial(address);
    if (endpoint === undefined) throw new LabwrightError('unreachable', `connection refused by ${base.host}`, { hint: 'check the server of the kubeconfig' });
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options = {
      ...endpoint,
      agent,
      method: request.method,
      path: prefix + request.path,
      ...(signal === undefined ? {} : { signal }),
      headers: {
        ...deps.headers,
        ...headers,
        host: base.host,
        accept: 'application/json',
        ...(config.token === undefined ? {} : { authorization: `Bearer ${config.token}` }),
        ...(payload === undefined ? {} : { 'content-type': request.contentType ?? 'application/json', 'content-length': Buffer.byteLength(payload) }),
      },
    };
    return new Promise((resolve, reject) => {
      const outgoing = secure ? httpsRequest(options, resolve) : httpRequest(options, resolve);
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }

  async function once(request: KubeRequest, signal?: AbortSignal): Promise<KubeAnswer & { readonly retryAfterMs: number }> {
    const response = await connect(request, signal);
    const retryAfterMs = Math.min(Number(response.headers['retry-after'] ?? 1) * 1000 || 100, 5000);
    return { status: response.statusCode ?? 0, body: parseBody(await text(response)), retryAfterMs };
  }

  async function retrying(request: KubeRequest, signal?: AbortSignal): Promise<KubeAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await once(request, signal);
        if (answer.status !== 429 || attempt === attempts) return answer;
        await realSleep(answer.retryAfterMs, signal);
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (isLabwrightError(error)) throw error;
        if (request.method !== 'GET' || attempt === attempts) throw unreachable(base.host, error);
        await realSleep(20 * 2 ** attempt, signal);
      }
    }
  }

  async function opening(path: string, stream: string, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await connect({ method: 'GET', path }, signal, { [STREAM_HEADER]: stream });
    if (response.statusCode === 200) return response;
    throw new KubeApiError(`GET ${path}`, response.statusCode ?? 0, parseBody(await text(response)));
  }

  return {
    send: (request, signal) => deps.clock.during(retrying(request, signal)),
    open: (path, stream, signal) => deps.clock.during(opening(path, stream, signal)),
  };
}

function unreachable(host: string, error: unknown): LabwrightError {
  return new LabwrightError('unreachable', `${host} does not answer: ${messageOf(error)}`, { cause: error });
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
