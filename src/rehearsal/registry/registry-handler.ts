import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRegistryGate, type RegistryLogin } from './registry-auth.ts';
import { digestOf, type RegistryStore } from './registry-store.ts';

export interface RegistryOptions {
  readonly store: RegistryStore;
  /** `https://registry.our.lab:5000`: what the addresses in its answers begin with. */
  readonly origin: string;
  /** Nothing can be pushed. */
  readonly readOnly?: boolean;
  /** Default: everybody is let in. */
  readonly login?: RegistryLogin | undefined;
}

/** More than any image of a rehearsal has; what real ones have goes to a real registry. */
const MAX_BYTES = 64 * 1024 * 1024;

const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 413,
  UNSUPPORTED: 405,
} as const;

/**
 * A registry as the OCI distribution specification describes it: pull, push (monolithic and in chunks), tags. No deletion, no
 * referrers, no mounting of blobs from another repository (it answers with an upload, as the specification lets it).
 */
export function registryHandler({ store, origin, readOnly = false, login }: RegistryOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const gate = createRegistryGate(login);
  const uploads = new Map<string, Buffer>();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin);
    const { method = 'GET' } = request;
    const isRead = method === 'GET' || method === 'HEAD';
    if (url.pathname === '/v2/' && isRead) return void response.setHeader('content-type', 'application/json').end('{}');
    const [, repository = '', kind, rest = ''] = /^\/v2\/(.+?)\/(manifests|blobs|tags)\/(.*)$/.exec(url.pathname) ?? [];
    if (kind === undefined) return refuse(response, 'NAME_UNKNOWN', url.pathname);
    if (readOnly && !isRead) return refuse(response, 'UNSUPPORTED', 'this registry is read only');
    if (kind === 'tags') {
      const tags = rest === 'list' && isRead ? store.tags(repository) : undefined;
      return tags === undefined
        ? refuse(response, 'NAME_UNKNOWN', repository)
        : send(response, 200, { 'content-type': 'application/json' }, JSON.stringify({ name: repository, tags }));
    }
    if (kind === 'manifests') return isRead ? getManifest(response, repository, rest) : await putManifest(request, response, repository, rest);
    if (rest.startsWith('uploads/'))
      return await upload(request, response, { repository, id: rest.slice('uploads/'.length), digest: url.searchParams.get('digest') });
    const content = isRead ? store.blob(repository, rest) : undefined;
    if (content === undefined) return refuse(response, isRead ? 'BLOB_UNKNOWN' : 'UNSUPPORTED', rest);
    send(response, 200, { 'content-type': 'application/octet-stream', 'docker-content-digest': rest, 'content-length': content.length }, content);
  };

  const getManifest = (response: ServerResponse, repository: string, reference: string): void => {
    const found = store.manifest(repository, reference);
    if (found === undefined) return refuse(response, 'MANIFEST_UNKNOWN', 'manifest unknown');
    send(response, 200, { 'content-type': found.mediaType, 'docker-content-digest': found.digest, 'content-length': found.content.length }, found.content);
  };

  const putManifest = async (request: IncomingMessage, response: ServerResponse, repository: string, reference: string): Promise<void> => {
    const content = await bodyOf(request);
    if (request.method !== 'PUT') return refuse(response, 'UNSUPPORTED', `${request.method} of a manifest`);
    if (content === undefined) return refuse(response, 'SIZE_INVALID', 'too large');
    const stored = store.putManifest(repository, reference, request.headers['content-type'] ?? '', content);
    if (typeof stored === 'string') return refuse(response, stored, `${repository} ${reference}`);
    send(response, 201, { location: `${origin}/v2/${repository}/manifests/${stored.digest}`, 'docker-content-digest': stored.digest });
  };

  /** `POST` begins an upload, `PATCH` brings a part of it, `PUT` the last one and its digest; a `POST` with the digest is all in one. */
  const upload = async (
    request: IncomingMessage,
    response: ServerResponse,
    { repository, id, digest }: { readonly repository: string; readonly id: string; readonly digest: string | null },
  ): Promise<void> => {
    const { method } = request;
    const before = method === 'POST' ? Buffer.alloc(0) : uploads.get(id);
    const more = await bodyOf(request);
    if (before === undefined) return refuse(response, 'BLOB_UPLOAD_UNKNOWN', id);
    if (more === undefined || before.length + more.length > MAX_BYTES) return refuse(response, 'SIZE_INVALID', 'too large');
    const content = Buffer.concat([before, more]);
    const isWhole = digest !== null && (method === 'PUT' || method === 'POST');
    if (isWhole) {
      uploads.delete(id);
      if (digestOf(content) !== digest) return refuse(response, 'DIGEST_INVALID', digest);
      store.putBlob(repository, content);
      return send(response, 201, { location: `${origin}/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest });
    }
    if (method !== 'POST' && method !== 'PATCH') return refuse(response, 'UNSUPPORTED', `${method} of an upload`);
    const next = method === 'POST' ? randomUUID() : id;
    uploads.set(next, content);
    send(response, 202, {
      location: `${origin}/v2/${repository}/blobs/uploads/${next}`,
      range: `0-${Math.max(0, content.length - 1)}`,
      'docker-upload-uuid': next,
    });
  };

  return (request, response) => {
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    if (gate.answers(request, response, origin)) return;
    answer(request, response).catch(() => response.destroy());
  };
}

/** Undefined for more than anybody should send; what is left is not read. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string | number>>, body?: string | Buffer): void {
  response.writeHead(status, headers).end(body);
}

function refuse(response: ServerResponse, code: keyof typeof STATUS, message: string): void {
  send(response, STATUS[code], { 'content-type': 'application/json' }, JSON.stringify({ errors: [{ code, message }] }));
}
