import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cgiHead } from './cgi-head.ts';

/** git-http-backend(1) as a CGI program (RFC 3875). */
export function runBackend(folder: string, request: IncomingMessage, response: ServerResponse): void {
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

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}
