import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { LabPlan } from '../../lab/plan.ts';
import { parseImageReference } from '../../render/mirror/image-reference.ts';
import { planMirror } from '../../render/mirror/mirror-plan.ts';
import { readReleaseImages } from '../../render/mirror/read-release-images.ts';
import { endpointOf } from '../../util/dial.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import { createAuthority } from '../api/access/certificate-authority.ts';
import { PARTICIPANT_HEADER, type Traffic } from '../clock/traffic.ts';
import type { HubDeps } from '../controllers/hub-deps.ts';
import type { Fault } from '../faults.ts';
import { MANIFEST_TYPE, syntheticManifest, syntheticRelease } from '../release/synthetic-release.ts';
import type { DialTable } from './dial-table.ts';

export interface MirrorHost {
  /** PEM of the CA that the registry's certificate is from; undefined when there is none. */
  readonly ca: string | undefined;
  readonly pull: NonNullable<HubDeps['pull']>;
  close(): Promise<void>;
}

export interface MirrorWorld {
  readonly plan: LabPlan;
  readonly dial: DialTable;
  readonly traffic: Traffic;
  readonly faults: readonly Fault[];
}

/** The component that the fault `image-missing-in-mirror` takes away. */
const MISSING = 'etcd';

/**
 * The jumphost's registry, with the manifests of these releases (OCI distribution specification: GET and HEAD of manifests, and
 * nothing else), and its HTTP store with the live images of their minor releases. Neither listens without a release.
 */
export async function createMirrorHost({ plan, dial, traffic, faults }: MirrorWorld, versions: readonly string[]): Promise<MirrorHost> {
  const { domain, jumphost } = plan;
  const { registry, httpStore } = jumphost.services;
  const hasFault = (name: Fault['name']): boolean => faults.some((fault) => fault.name === name);
  const host = `registry.${domain}:${registry?.port ?? 0}`;
  const held = manifests(versions, host, hasFault('image-missing-in-mirror') ? MISSING : undefined);
  const pull = (image: string): string | undefined => {
    const reference = parseImageReference(image);
    if (!reference) return undefined;
    dial.note(endpointOf(new URL(`https://${reference.host}`)));
    const isHeld = held.has(`${reference.repository} ${reference.digest ?? reference.tag}`);
    return reference.host !== host || isHeld ? undefined : `error: unable to read image ${image}: manifest unknown`;
  };
  if (!registry || versions.length === 0) return { ca: undefined, pull, close: () => Promise.resolve() };
  const authority = await createAuthority('labwright rehearsal registry CA', Date.now());
  const servers: Server[] = [];
  const serve = async (server: Server, name: string, port: number): Promise<void> => {
    servers.push(server);
    dial.set({ host: `${name}.${domain}`, port }, { host: '127.0.0.1', port: await listenOnLoopback(server) });
  };
  const listener: Parameters<typeof createHttpServer>[1] = (request, response) => {
    const participant = request.headers[PARTICIPANT_HEADER.toLowerCase()];
    response.on('close', traffic.request(typeof participant === 'string' ? participant : undefined));
    const [, repository, reference] = /^\/v2\/(.+)\/manifests\/([^/?]+)$/.exec(request.url ?? '') ?? [];
    const found = held.get(`${repository} ${reference}`);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (request.url === '/v2/') response.end('{}');
    else if (found && isRead) response.writeHead(200, { 'content-type': MANIFEST_TYPE, 'docker-content-digest': found.digest }).end(found.content);
    else
      response
        .writeHead(found ? 405 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify({ errors: [found ? { code: 'UNSUPPORTED', message: 'read only' } : { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
  };
  if (!hasFault('registry-unreachable')) await serve(createServer(await authority.server(`registry.${domain}`), listener), 'registry', registry.port);
  const minors = new Set(versions.map((version) => version.split('.').slice(0, 2).join('.')));
  if (httpStore) {
    const files = createHttpServer((request, response) => {
      response.on('close', traffic.request(undefined));
      const [, minor = ''] = /^\/rhcos\/([\d.]+)\/rhcos-live-(?:iso\.x86_64\.iso|rootfs\.x86_64\.img)$/.exec(request.url ?? '') ?? [];
      response.writeHead(minors.has(minor) ? 200 : 404).end();
    });
    await serve(files, 'http', httpStore.port);
  }
  return {
    ca: authority.ca,
    pull,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

interface Manifest {
  readonly digest: string;
  readonly content: string;
}

/** By `<repository> <digest or tag>`. */
function manifests(versions: readonly string[], host: string, without: string | undefined): ReadonlyMap<string, Manifest> {
  const held = new Map<string, Manifest>();
  for (const version of versions) {
    const plan = planMirror(readReleaseImages(JSON.stringify(syntheticRelease(version)), version), host);
    for (const { name, mirror } of plan.images) {
      const { repository, digest = '' } = parseImageReference(mirror)!;
      if (name === without) continue;
      const manifest = { digest, content: syntheticManifest(version, name) };
      held.set(`${repository} ${digest}`, manifest);
      if (name === 'release') held.set(`${repository} ${version}-x86_64`, manifest);
    }
  }
  return held;
}
