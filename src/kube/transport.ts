import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../util/clock.ts';
import { realSleep, STREAM_HEADER } from '../util/clock.ts';
import { endpointOf, tlsIdentity, type Dial } from '../util/dial.ts';
import { LabwrightError, isLabwrightError, messageOf } from '../util/errors.ts';
import { execToken, fixedToken } from './exec-token.ts';
import type { Exec } from '../util/exec.ts';
import { KubeApiError } from './kube-api-error.ts';
import type { KubeConfig } from './parse-kubeconfig.ts';

export interface KubeDeps {
  readonly clock: Clock;
  readonly dial: Dial;
  /** Sent with every request, as the header that names the step that asked. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Runs the command of a kubeconfig with exec credentials; without it such a kubeconfig is refused. */
  readonly exec?: Exec;
  /** How long a server may be silent before a request counts as lost, in real time; default: a minute, as API servers allow themselves. */
  readonly silenceMs?: number;
}

export interface KubeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface KubeAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Transport {
  /** Any status; 429 is asked again for every method, a dropped connection only for GET. */
  send(request: KubeRequest, signal?: AbortSignal): Promise<KubeAnswer>;
  /** A GET whose answer is read as it comes. @throws KubeApiError when it is not 200. */
  open(path: string, stream: string, signal: AbortSignal): Promise<Readable>;
}

const attempts = 5;
const SILENCE_MS = 75_000;

export function createTransport(deps: KubeDeps, config: KubeConfig): Transport {
  const base = new URL(config.server);
  const secure = base.protocol === 'https:';
  const address = endpointOf(base);
  const prefix = base.pathname.replace(/\/$/, '');
  const tls = {
    ...tlsIdentity(address.host),
    rejectUnauthorized: config.insecureSkipTlsVerify !== true,
  };
  const tokens = config.exec ? execToken(deps, config.exec) : fixedToken(config.token);
  // Read once: every watch is a connection of its own.
  let secureContext: SecureContext | undefined;
  const certificates = (): SecureContext => (secureContext ??= createSecureContext({ ca: config.ca, cert: config.clientCertificate, key: config.clientKey }));
  // On the agent, not on each request: Node reuses no connection of a request that brings its own identity check.
  const agent = secure ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });

  /** A token that has expired meanwhile is replaced once. */
  async function connect(request: KubeRequest, signal?: AbortSignal, headers: Readonly<Record<string, string>> = {}, again = false): Promise<IncomingMessage> {
    signal?.throwIfAborted();
    const endpoint = await deps.dial(address);
    if (endpoint === undefined) throw new LabwrightError('unreachable', `connection refused by ${base.host}`, { hint: 'check the server of the kubeconfig' });
    const token = await tokens.current();
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options = {
      ...endpoint,
      agent,
      ...(secure && { secureContext: certificates() }),
      method: request.method,
      path: prefix + request.path,
      ...(signal === undefined ? {} : { signal }),
      headers: {
        ...deps.headers,
        ...request.headers,
        ...headers,
        host: base.host,
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(payload === undefined ? {} : { 'content-type': request.contentType ?? 'application/json', 'content-length': Buffer.byteLength(payload) }),
      },
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = secure ? httpsRequest(options, resolve) : httpRequest(options, resolve);
      // A peer that died without a word would be waited for for ever. A watch may be silent, but TCP probes its connection.
      outgoing.setTimeout(deps.silenceMs ?? SILENCE_MS, () => outgoing.destroy(new Error('it said nothing for too long')));
      outgoing.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
      if (STREAM_HEADER in headers) outgoing.on('response', () => outgoing.setTimeout(0));
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
    if (answer.statusCode !== 401 || again || !tokens.refused(token)) return answer;
    answer.resume();
    return connect(request, signal, headers, true);
  }

  async function once(request: KubeRequest, signal?: AbortSignal): Promise<KubeAnswer & { readonly retryAfterMs: number }> {
    const response = await connect(request, signal);
    return { status: response.statusCode ?? 0, body: parseBody(await text(response)), retryAfterMs: retryAfterMs(response) };
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
    for (let attempt = 1; ; attempt++) {
      const response = await connect({ method: 'GET', path }, signal, { [STREAM_HEADER]: stream });
      if (response.statusCode === 200) return response;
      const body = parseBody(await text(response));
      if (response.statusCode !== 429 || attempt === attempts) throw new KubeApiError(`GET ${path}`, response.statusCode ?? 0, body);
      await realSleep(retryAfterMs(response), signal);
    }
  }

  return {
    send: (request, signal) => deps.clock.during(retrying(request, signal)),
    open: (path, stream, signal) => deps.clock.during(opening(path, stream, signal)),
  };
}

/** Also while a kind's storage is only starting: the server says when to come again. */
function retryAfterMs({ headers }: IncomingMessage): number {
  return Math.min(Number(headers['retry-after'] ?? 1) * 1000 || 100, 5000);
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
