import { createHmac, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIPv6 } from 'node:net';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Endpoint } from '../util/dial.ts';
import { LabwrightError } from '../util/errors.ts';
import type { LabDoors } from './lab-doors.ts';

export interface FileStore {
  /** URL of a file below the store's folder, as machines and hubs see it. The same for the same file, also after a restart. */
  urlOf(path: string): string;
  close(): Promise<void>;
}

/**
 * The jumphost's HTTP store, for the ISOs that BMCs fetch. Serves whole files and single ranges.
 *
 * An ISO holds a pull secret, so a URL cannot be guessed: it carries an HMAC of the file's path. That also lets a store
 * that was restarted serve what was asked of the one before, without a list.
 */
export async function startFileStore(doors: Pick<LabDoors, 'storeListens' | 'publishStore'>, folder: string, secret: string): Promise<FileStore> {
  const server = createServer((request, response) => {
    serve(folder, secret, request, response).catch(() => response.destroy()); // The client is gone, or the file while it was read.
  });
  const listener = await listening(server, doors.storeListens);
  const { host, port } = await doors.publishStore(listener);
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return {
    urlOf(path) {
      const name = relative(folder, path);
      if (name.startsWith('..')) throw new Error(`${path} is not in ${folder}`);
      return `http://${authority}/${sealOf(secret, name)}/${name.split('/').map(encodeURIComponent).join('/')}`;
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function listening(server: Server, { host, port }: Endpoint): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `the HTTP store for machines' ISOs cannot listen on ${host}:${port}: ${cause.message}`;
      reject(new LabwrightError('exec_failed', message, { cause, hint: 'run the agent on the jumphost that the lab file names, one agent per machine' }));
    });
    server.listen(port, host, () => resolve({ host, port: (server.address() as AddressInfo).port }));
  });
}

async function serve(folder: string, secret: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, seal = '', ...parts] = decodeURIComponent(new URL(request.url ?? '/', 'http://store').pathname).split('/');
  const name = parts.join('/');
  const size = matches(seal, sealOf(secret, name)) ? await sizeOf(join(folder, name)) : undefined;
  if (size === undefined) return void response.writeHead(404).end();
  if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  const range = rangeOf(request.headers.range, size);
  if (range === 'unsatisfiable') return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': String(end - start + 1),
    'accept-ranges': 'bytes',
    ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD' || size === 0) return void response.end();
  await pipeline(createReadStream(join(folder, name), { start, end }), response);
}

/** RFC 9110 §14: one range of bytes; anything else is answered with the whole file. */
function rangeOf(header: string | undefined, size: number): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? 'unsatisfiable' : { start, end };
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch {
    return undefined;
  }
}

function sealOf(secret: string, name: string): string {
  return createHmac('sha256', secret).update(`file ${name}`).digest('base64url');
}

function matches(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
