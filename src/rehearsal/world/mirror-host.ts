import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import { mirroredImages } from '../../lab/mirrored-images.ts';
import { parseImageReference } from '../../render/mirror/image-reference.ts';
import { mirrored } from '../../render/mirror/mirror-plan.ts';
import { endpointOf } from '../../util/dial.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import { createAuthority } from '../api/access/certificate-authority.ts';
import type { HubDeps } from '../controllers/hub-deps.ts';
import type { Fault } from '../faults.ts';
import { addRelease, addStandIn } from '../registry/fill-registry.ts';
import { registryHandler } from '../registry/registry-handler.ts';
import { createRegistryStore, type RegistryStore } from '../registry/registry-store.ts';
import { counted } from './counted.ts';
import { createOutsideRegistries, type OutsideRegistries, type OutsideWorld } from './outside-registries.ts';

export interface MirrorHost {
  /** PEM of the CA that the registry's certificate is from; undefined when there is none. */
  readonly ca: string | undefined;
  readonly pull: NonNullable<HubDeps['pull']>;
  /** Where a lab that mirrors gets its images from; undefined for one whose registry has them. */
  readonly outside: OutsideRegistries | undefined;
  close(): Promise<void>;
}

export interface MirrorWorld extends OutsideWorld {
  readonly faults: readonly Fault[];
}

/** The component that the fault `image-missing-in-mirror` takes away. */
const MISSING = 'etcd';

/**
 * The jumphost's registry, with the images of these releases, or empty when the lab mirrors them itself; and its HTTP store with the
 * live images of their minor releases. Neither listens without a release.
 */
export async function createMirrorHost(world: MirrorWorld, versions: readonly string[]): Promise<MirrorHost> {
  const { plan, dial, traffic, faults } = world;
  const { domain, jumphost } = plan;
  const { registry, httpStore } = jumphost.services;
  const hasFault = (name: Fault['name']): boolean => faults.some((fault) => fault.name === name);
  const host = `registry.${domain}:${registry?.port ?? 0}`;
  const store = createRegistryStore();
  const pull = (image: string): string | undefined => {
    const reference = parseImageReference(image);
    if (!reference) return undefined;
    dial.note(endpointOf(new URL(`https://${reference.host}`)));
    const isHeld = store.manifest(reference.repository, reference.digest ?? reference.tag ?? 'latest') !== undefined;
    return reference.host !== host || isHeld ? undefined : `error: unable to read image ${image}: manifest unknown`;
  };
  if (!registry || versions.length === 0) return { ca: undefined, pull, outside: undefined, close: () => Promise.resolve() };
  const images = mirroredImages(plan);
  fill(store, { versions, host, images, mirror: registry.mirror, without: hasFault('image-missing-in-mirror') ? MISSING : undefined });
  const outside = registry.mirror ? await createOutsideRegistries(world, versions, images) : undefined;
  const authority = await createAuthority('labwright rehearsal registry CA', Date.now());
  const servers: Server[] = [];
  const serve = async (server: Server, name: string, port: number): Promise<void> => {
    servers.push(server);
    dial.set({ host: `${name}.${domain}`, port }, { host: '127.0.0.1', port: await listenOnLoopback(server) });
  };
  const handler = counted(traffic, registryHandler({ store, origin: `https://${host}` }));
  if (!hasFault('registry-unreachable')) await serve(createServer(await authority.server(`registry.${domain}`), handler), 'registry', registry.port);
  if (httpStore) await serve(createHttpServer(counted(traffic, liveImages(versions))), 'http', httpStore.port);
  return {
    ca: authority.ca,
    pull,
    outside,
    async close() {
      await outside?.close();
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

interface Content {
  readonly versions: readonly string[];
  readonly host: string;
  readonly mirror: boolean;
  readonly images: readonly string[];
  readonly without: string | undefined;
}

function fill(store: RegistryStore, { versions, host, mirror, images, without }: Content): void {
  const place = (image: string): string => parseImageReference(mirrored(image, host))!.repository;
  for (const image of images) addStandIn(store, image, place, { content: !mirror });
  for (const version of mirror ? [] : versions) addRelease(store, version, place, without);
}

function liveImages(versions: readonly string[]): RequestListener {
  const minors = new Set(versions.map((version) => version.split('.').slice(0, 2).join('.')));
  return (request, response) => {
    const [, minor = ''] = /^\/rhcos\/([\d.]+)\/rhcos-live-(?:iso\.x86_64\.iso|rootfs\.x86_64\.img)$/.exec(request.url ?? '') ?? [];
    response.writeHead(minors.has(minor) ? 200 : 404).end();
  };
}
