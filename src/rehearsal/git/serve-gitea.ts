import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { git } from '../../sites/git.ts';
import { localExec } from '../../util/exec.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import { CAUSE_HEADER } from '../../util/step.ts';
import type { Certificate } from '../api/access/certificate-authority.ts';
import { PARTICIPANT_HEADER, type Traffic } from '../clock/traffic.ts';
import { runBackend } from './git-backend.ts';
import { answerGitea, type GiteaState } from './gitea-api.ts';
import type { GitHost } from './serve-git.ts';

export interface GiteaHostDeps {
  readonly traffic: Traffic;
  readonly tls: Certificate;
  /** Where it keeps its repositories. */
  readonly folder: string;
  readonly username: string;
  readonly password: string;
  /** Called for each request that is not a GET, once it is answered. */
  readonly onChange: (change: {
    readonly method: string;
    readonly path: string;
    readonly cause: string | null;
    readonly participant: string | null;
    readonly status: number;
  }) => void;
}

/** Stands where Gitea would on a hub: git's own `http-backend`, and the part of its API that is used. Every request needs a login. */
export async function serveGitea(deps: GiteaHostDeps): Promise<GitHost> {
  const state: GiteaState = {
    username: deps.username,
    password: deps.password,
    organisations: new Set(),
    repositories: new Set(),
    tokens: new Map(),
    makeRepository: (name, branch) => makeRepository(join(deps.folder, `${name}.git`), branch),
  };
  const server = createServer(deps.tls, (request, response) => {
    const participant = header(request, PARTICIPANT_HEADER);
    const { method = 'GET' } = request;
    const path = new URL(request.url ?? '/', 'https://gitea').pathname;
    const answered = deps.traffic.request(participant);
    response.on('close', () => {
      answered();
      if (method === 'GET' || path.endsWith('/git-upload-pack')) return;
      deps.onChange({ method, path, cause: header(request, CAUSE_HEADER) ?? null, participant: participant ?? null, status: response.statusCode });
    });
    answer(deps, state, request, response, path).catch(() => response.destroy());
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

async function answer(deps: GiteaHostDeps, state: GiteaState, request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const who = loginOf(state, request);
  const isWrite = path.endsWith('/git-receive-pack') || (request.url ?? '').includes('service=git-receive-pack');
  if (who === undefined || (who === 'reader' && (isWrite || path.startsWith('/api/')))) {
    response.writeHead(who === undefined ? 401 : 403, { 'www-authenticate': 'Basic realm="Gitea"' }).end();
    return;
  }
  if (!path.startsWith('/api/v1/')) return runBackend(deps.folder, request, response);
  const body = request.method === 'POST' ? await text(request) : '';
  const { status, body: said } = await answerGitea(
    state,
    request.method ?? 'GET',
    path.slice('/api/v1'.length),
    body === '' ? {} : (JSON.parse(body) as Record<string, unknown>),
  );
  response.writeHead(status, { 'content-type': 'application/json' }).end(said && JSON.stringify(said));
}

/** A token stands where a password would; here each is for reading only. */
function loginOf({ username, password, tokens }: GiteaState, request: IncomingMessage): 'administrator' | 'reader' | undefined {
  const [, encoded = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const [name, secret] = Buffer.from(encoded, 'base64').toString().split(':');
  if (name !== username || secret === undefined) return undefined;
  if (secret === password) return 'administrator';
  return [...tokens.values()].includes(secret) ? 'reader' : undefined;
}

async function makeRepository(path: string, branch: string): Promise<void> {
  const deps = { exec: localExec, simulated: true, signal: AbortSignal.timeout(60_000) };
  await mkdir(dirname(path), { recursive: true });
  await git(deps, ['init', '--quiet', '--bare', `--initial-branch=${branch}`, path]);
  await git(deps, ['config', 'http.receivepack', 'true'], { cwd: path });
  await git(deps, ['config', 'uploadpack.allowAnySHA1InWant', 'true'], { cwd: path });
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}
