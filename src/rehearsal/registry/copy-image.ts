import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { buffer } from 'node:stream/consumers';
import { parseImageReference, type ImageReference } from '../../render/mirror/image-reference.ts';

/** How registries of a world are reached. */
export interface ImageDoors {
  /** HTTP proxy, `http://127.0.0.1:PORT`. */
  readonly proxy: string;
  /** PEM: CAs that are trusted. */
  readonly cas: readonly string[];
}

interface Manifest {
  readonly content: Buffer;
  readonly mediaType: string;
}

const ACCEPT = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';

/** The manifest of an image, as `skopeo inspect --raw` prints it. @throws Error with a registry's words. */
export async function inspectImage(doors: ImageDoors, image: string): Promise<Buffer> {
  return (await pullManifest(doors, imageReference(image))).content;
}

/** Copies an image between registries of a world: its blobs, then its manifest. @throws Error with a registry's words. */
export async function copyImage(doors: ImageDoors, source: string, target: string): Promise<void> {
  const [from, to] = [imageReference(source), imageReference(target)];
  const manifest = await pullManifest(doors, from);
  const { config, layers = [] } = JSON.parse(manifest.content.toString('utf8')) as { config?: { digest: string }; layers?: { digest: string }[] };
  const digests = new Set([config, ...layers].flatMap((blob) => (blob === undefined ? [] : [blob.digest])));
  for (const digest of digests) {
    const { status } = await ask(doors, to.host, { method: 'HEAD', path: `/v2/${to.repository}/blobs/${digest}` });
    if (status === 200) continue;
    const blob = await ask(doors, from.host, { path: `/v2/${from.repository}/blobs/${digest}` });
    expectStatus(blob, 200, `reading blob ${digest}`);
    const pushed = await ask(doors, to.host, { method: 'POST', path: `/v2/${to.repository}/blobs/uploads/?digest=${digest}` }, blob.body);
    expectStatus(pushed, 201, `writing blob ${digest}`);
  }
  const path = `/v2/${to.repository}/manifests/${to.digest ?? to.tag ?? 'latest'}`;
  const put = await ask(doors, to.host, { method: 'PUT', path, headers: { 'content-type': manifest.mediaType } }, manifest.content);
  expectStatus(put, 201, `writing manifest of ${target}`);
}

async function pullManifest(doors: ImageDoors, { host, repository, tag, digest }: ImageReference): Promise<Manifest> {
  const answer = await ask(doors, host, { path: `/v2/${repository}/manifests/${digest ?? tag ?? 'latest'}`, headers: { accept: ACCEPT } });
  expectStatus(answer, 200, `reading manifest ${digest ?? tag} in ${host}/${repository}`);
  return { content: answer.body, mediaType: answer.mediaType };
}

function imageReference(image: string): ImageReference {
  const reference = parseImageReference(image.replace(/^docker:\/\//, ''));
  if (reference === undefined) throw new Error(`${image} is no docker://HOST/REPOSITORY`);
  return reference;
}

interface Answer {
  readonly status: number;
  readonly mediaType: string;
  readonly body: Buffer;
}

function expectStatus({ status, body }: Answer, wanted: number, doing: string): void {
  if (status !== wanted) throw new Error(`${doing}: received unexpected HTTP status: ${status} ${body.toString('utf8')}`);
}

async function ask(
  { proxy, cas }: ImageDoors,
  host: string,
  options: Pick<RequestOptions, 'method' | 'path'> & { readonly headers?: Readonly<Record<string, string>> },
  body?: Buffer,
): Promise<Answer> {
  const [name = '', port = '443'] = host.split(':');
  const tunnel = await openTunnel(proxy, `${name}:${port}`);
  const socket = connect({ socket: tunnel, servername: name, ca: [...cas] });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ ...options, headers: { host, ...options.headers }, createConnection: () => socket }, resolve)
        .on('error', reject)
        .end(body);
    });
    return { status: response.statusCode ?? 0, mediaType: response.headers['content-type'] ?? '', body: await buffer(response) };
  } finally {
    socket.destroy();
  }
}

function openTunnel(proxy: string, target: string): Promise<Socket> {
  const { hostname, port } = new URL(proxy);
  return new Promise((resolve, reject) => {
    httpRequest({ host: hostname, port, method: 'CONNECT', path: target })
      .on('connect', ({ statusCode }, socket) => (statusCode === 200 ? resolve(socket) : reject(new Error(`dial tcp ${target}: connect: connection refused`))))
      .on('error', reject)
      .end();
  });
}
