import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import type { Certificate } from '../api/access/certificate-authority.ts';
import { PARTICIPANT_HEADER, type Traffic } from '../clock/traffic.ts';
import { cgiHead } from './cgi-head.ts';

export interface GitHostDeps {
  readonly traffic: Traffic;
  readonly tls: Certificate;
  /** Bare repositories: `/sites.git` is its folder `sites.git`. */
  readonly folder: string;
  /** Username and password that every request must show. Default: everybody may fetch and push. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Called for each push, once it is answered. */
  readonly onPush: (push: { readonly path: string; readonly cause: string | null; readonly participant: string | null; readonly status: number }) => void;
}

export interface GitHost {
  readonly port: number;
  close(): Promise<void>;
}

/** A Git host over HTTPS on loopback: git's own `http-backend` behind a listener. */
export async function serveGit(deps: GitHostDeps): Promise<GitHost> {
  const server = createServer(deps.tls, (request, response) => {
    const participant = header(request, PARTICIPANT_HEADER);
    const path = request.url ?? '/';
    if (!isLetIn(deps.login, request)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const answered = deps.traffic.request(participant);
    response.on('close', () => {
      answered();
      if (request.method !== 'POST' || !path.endsWith('/git-receive-pack')) return;
      deps.onPush({ path, cause: header(request, CAUSE_HEADER) ?? null, participant: participant ?? null, status: response.statusCode });
    });
    runBackend(deps.folder, request, response);
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** git-http-backend(1) as a CGI program (RFC 3875). */
function runBackend(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'https://git');
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: header(request, 'Git-Protocol') ?? '',
      HTTP_CONTENT_ENCODING: header(request, 'Content-Encoding') ?? '',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: header(request, 'Content-Type') ?? '',
      CONTENT_LENGTH: header(request, 'Content-Length') ?? '',
      // A pusher is known by name; nobody is turned away.
      REMOTE_USER: 'labwright',
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  child.on('error', () => response.writeHead(500).end('git cannot be started'));
  child.stdin.on('error', () => undefined); // It may answer before it has read everything.
  request.pipe(child.stdin);
  let before = Buffer.alloc(0);
  const onHead = (chunk: Buffer): void => {
    before = Buffer.concat([before, chunk]);
    const head = cgiHead(before);
    if (head === undefined) return;
    child.stdout.off('data', onHead);
    response.writeHead(head.status, head.headers);
    response.write(head.rest);
    child.stdout.pipe(response);
  };
  child.stdout.on('data', onHead);
  child.on('close', () => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
  response.on('close', () => child.kill());
}

function isLetIn(login: GitHostDeps['login'], request: IncomingMessage): boolean {
  if (login === undefined) return true;
  return request.headers.authorization === `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}
