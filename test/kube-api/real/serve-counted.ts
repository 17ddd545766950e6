import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { buffer } from 'node:stream/consumers';
import type { ApiDeps } from '../../../src/rehearsal/api/server.ts';
import { PARTICIPANT_HEADER, type WatchTraffic } from '../../../src/rehearsal/clock/traffic.ts';
import { realSleep, STREAM_HEADER } from '../../../src/util/clock.ts';
import { listenOnLoopback } from '../../../src/util/listen-on-loopback.ts';
import { CAUSE_HEADER } from '../../../src/util/step.ts';
import { createWatchers, resourceOf, type OpenWatch, type Written } from './watchers.ts';

/** How long after the answer to a write time stands still for watches that it may or may not reach, in real time. */
const SETTLE_MS = 15;

export interface Upstream {
  readonly url: string;
  readonly ca: string;
  /** Of a user who may do everything. */
  readonly token: string;
}

/**
 * Puts a world's clock in front of a real API server, which knows of none.
 *
 * Requests hold it until they are answered, watch lines are counted as they pass; and because a real server delivers what
 * was written some moment after it has answered, a write holds it until the watches of its kind have brought it. Who shows
 * a certificate of the hub's CA is let through as administrator.
 */
export async function serveCounted(deps: ApiDeps, upstream: Upstream, port: number): Promise<{ readonly server: Server; readonly port: number }> {
  const { cert, key, clientCa } = deps.tls!;
  const agent = new Agent({ keepAlive: true, ca: upstream.ca });
  const watchers = createWatchers();

  const forward = (incoming: IncomingMessage): Promise<IncomingMessage> => {
    const { host: _host, ...headers } = incoming.headers;
    if ((incoming.socket as TLSSocket).authorized) headers.authorization = `Bearer ${upstream.token}`;
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(new URL(incoming.url ?? '/', upstream.url), { method: incoming.method, headers, agent }, resolve);
      outgoing.on('error', reject);
      incoming.pipe(outgoing);
      incoming.on('aborted', () => outgoing.destroy());
    });
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/' } = incoming;
    const participant = headerOf(incoming, PARTICIPANT_HEADER);
    const answered = deps.traffic.request(participant);
    try {
      const trouble = deps.interfere?.({ method, path: url, participant });
      if (trouble === 'too-many-requests') return refuse(response, 429, 'TooManyRequests');
      if (trouble === 'unavailable') return refuse(response, 503, 'ServiceUnavailable');
      const watching = /[?&]watch=(?:1|true)/.test(url);
      if (trouble === 'slow') await realSleep(SETTLE_MS);
      if (watching && (trouble === 'watch-dropped' || trouble === 'watch-expired'))
        return endWatch(deps.traffic.watch(participant, headerOf(incoming, STREAM_HEADER)), response, trouble);
      const answer = await forward(incoming);
      // Whoever hung up meanwhile will take no line of it.
      if (response.destroyed) return void answer.destroy();
      if (watching && answer.statusCode === 200) {
        const traffic = deps.traffic.watch(participant, headerOf(incoming, STREAM_HEADER));
        pass(answer, response, traffic, watchers.open(url));
        return await realSleep(SETTLE_MS);
      }
      const body = await buffer(answer);
      response.writeHead(answer.statusCode ?? 502, withoutFraming(answer.headers)).end(body);
      if (method === 'GET') return;
      const written = writtenBy(body);
      const cause = headerOf(incoming, CAUSE_HEADER) ?? null;
      deps.onMutation?.({
        atMs: deps.clock.now(),
        method,
        path: url,
        user: 'admin',
        cause,
        participant,
        status: response.statusCode,
        version: written.version,
      });
      if (response.statusCode < 300) await watchers.brought(resourceOf(url), written);
      await realSleep(SETTLE_MS);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(response, 502, String(error));
    } finally {
      answered();
    }
  };
  const server = createServer({ cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: false }, (request, response) => void handle(request, response));
  server.keepAliveTimeout = 60_000;
  server.on('close', () => agent.destroy());
  return { server, port: await listenOnLoopback(server, port) };
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}

function refuse(response: ServerResponse, code: number, reason: string): void {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: reason, reason, code };
  response.writeHead(code, { 'Content-Type': 'application/json', 'Retry-After': '1' }).end(JSON.stringify(body));
}

function endWatch(traffic: WatchTraffic, response: ServerResponse, trouble: 'watch-dropped' | 'watch-expired'): void {
  response.on('close', () => traffic.closed());
  response.writeHead(200, { 'Content-Type': 'application/json' });
  if (trouble === 'watch-dropped') return void response.end();
  traffic.line();
  response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' } })}\n`);
}

/** Sends a watch on line by line, each counted before it leaves. */
function pass(answer: IncomingMessage, response: ServerResponse, traffic: WatchTraffic, watch: OpenWatch): void {
  response.writeHead(200, withoutFraming(answer.headers));
  response.flushHeaders();
  let rest = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') continue;
      traffic.line();
      response.write(`${line}\n`);
      watch.saw(line);
    }
  });
  const over = (): void => {
    answer.destroy();
    response.end();
  };
  answer.on('close', over);
  answer.on('error', over);
  response.on('close', () => {
    answer.destroy();
    watch.close();
    traffic.closed();
  });
}

function withoutFraming({ connection: _c, 'transfer-encoding': _t, 'content-length': _l, ...headers }: IncomingMessage['headers']): IncomingMessage['headers'] {
  return headers;
}

/** What the answer to a write says about the object: its version, and whether it is on its way out. */
function writtenBy(body: Buffer): Written {
  try {
    const { metadata, details, spec } = JSON.parse(body.toString('utf8')) as {
      readonly metadata?: {
        readonly resourceVersion?: string;
        readonly uid?: string;
        readonly deletionTimestamp?: string;
        readonly finalizers?: readonly string[];
      };
      readonly details?: { readonly uid?: string };
      readonly spec?: { readonly finalizers?: readonly string[] };
    };
    const held = (metadata?.finalizers?.length ?? 0) > 0 || (spec?.finalizers?.length ?? 0) > 0;
    const gone = metadata?.deletionTimestamp !== undefined && !held ? metadata.uid : details?.uid;
    return { version: metadata?.resourceVersion ?? null, deletedUid: gone };
  } catch {
    return { version: null, deletedUid: undefined };
  }
}
