import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import type { Certificate } from '../api/access/certificate-authority.ts';
import { PARTICIPANT_HEADER, type Traffic } from '../clock/traffic.ts';
import { runBackend } from './git-backend.ts';

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

function isLetIn(login: GitHostDeps['login'], request: IncomingMessage): boolean {
  if (login === undefined) return true;
  return request.headers.authorization === `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}
