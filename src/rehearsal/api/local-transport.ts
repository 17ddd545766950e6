import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { addAbortSignal, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { KubeApiError } from '../../kube/kube-api-error.ts';
import type { KubeRequest, Transport } from '../../kube/transport.ts';
import { STREAM_HEADER, type Clock } from '../../util/clock.ts';
import type { User } from './access/authenticate.ts';
import type { ApiRequest, ApiResponse } from './parties.ts';

export interface LocalDeps {
  readonly clock: Clock;
  readonly headers: Readonly<Record<string, string>>;
  readonly user: User;
  readonly handle: (request: ApiRequest, response: ApiResponse, user: User) => Promise<void>;
}

/**
 * How the world's own clients reach an API of the world: the same requests and answers as over HTTPS, without the sockets,
 * which cost more than all the rest. Objects in answers are shared with the store: nobody changes one.
 */
export function localTransport({ clock, headers, user, handle }: LocalDeps): Transport {
  const asked = Object.fromEntries(Object.entries({ accept: 'application/json', ...headers }).map(([name, value]) => [name.toLowerCase(), value]));

  const send = async (
    { method, path, body, contentType = 'application/json' }: KubeRequest,
    signal?: AbortSignal,
  ): Promise<{ status: number; body: unknown }> => {
    signal?.throwIfAborted();
    const response = localResponse();
    const text = body === undefined ? undefined : JSON.stringify(body);
    // As if it came over a wire: whoever else is ready has a turn between two requests.
    await setImmediate();
    await handle(localRequest(method, path, text === undefined ? asked : { ...asked, 'content-type': contentType }, text), response, user);
    return { status: response.statusCode, body: response.body() };
  };

  const open = (path: string, stream: string, signal: AbortSignal): Promise<Readable> => {
    signal.throwIfAborted();
    const lines = addAbortSignal(signal, new Readable({ read: () => undefined }));
    lines.on('error', () => undefined); // Its reader hears of it too.
    const { promise, resolve, reject } = Promise.withResolvers<Readable>();
    const response = localResponse({ lines, begun: () => resolve(lines) });
    void handle(localRequest('GET', path, { ...asked, [STREAM_HEADER.toLowerCase()]: stream }, undefined), response, user).then(() =>
      reject(new KubeApiError(`GET ${path}`, response.statusCode, response.body())),
    );
    return promise;
  };
  return { send: (request, signal) => clock.during(send(request, signal)), open: (path, stream, signal) => clock.during(open(path, stream, signal)) };
}

function localRequest(method: string, url: string, headers: IncomingHttpHeaders, body: string | undefined): ApiRequest {
  return {
    method,
    url,
    headers,
    // Only asked who is behind it, which is known here.
    socket: undefined as unknown as IncomingMessage['socket'],
    async *[Symbol.asyncIterator]() {
      if (body !== undefined) yield Buffer.from(body);
    },
  };
}

interface LocalResponse extends ApiResponse {
  /** What was answered, unless it went into a watch: an object that others may see too, or text. */
  body(): unknown;
}

/** With `watch`, lines of an answer whose headers were flushed go there. */
function localResponse(watch?: { readonly lines: Readable; readonly begun: () => void }): LocalResponse {
  let status = 200;
  let headersSent = false;
  let streams = false;
  let body: unknown = '';
  const write = (text: unknown): void => {
    if (typeof text !== 'string') return;
    if (streams) watch?.lines.push(text);
    else body = `${String(body)}${text}`;
  };
  const end = (text?: unknown): void => {
    write(text);
    if (streams) watch?.lines.push(null);
  };
  return {
    get statusCode() {
      return status;
    },
    get headersSent() {
      return headersSent;
    },
    take(code, taken) {
      status = code;
      headersSent = true;
      body = taken;
    },
    setHeader: () => undefined,
    writeHead(code) {
      status = code;
      headersSent = true;
      return { end: end as never };
    },
    flushHeaders() {
      streams = watch !== undefined;
      watch?.begun();
    },
    write,
    end,
    on: (_event, listener) => watch?.lines.on('close', listener),
    body: () => body,
  };
}
