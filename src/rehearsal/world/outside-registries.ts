import { createServer } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { isInsideLab } from '../../lab/inside-lab.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { parseImageReference } from '../../render/mirror/image-reference.ts';
import type { Dial, Endpoint } from '../../util/dial.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import { createAuthority } from '../api/access/certificate-authority.ts';
import type { Traffic } from '../clock/traffic.ts';
import { addRelease, addStandIn } from '../registry/fill-registry.ts';
import { registryHandler } from '../registry/registry-handler.ts';
import { createRegistryStore, type RegistryStore } from '../registry/registry-store.ts';
import { syntheticRelease } from '../release/synthetic-release.ts';
import { serveConnectProxy } from './connect-proxy.ts';
import { counted } from './counted.ts';
import type { DialTable } from './dial-table.ts';

export interface OutsideWorld {
  readonly plan: LabPlan;
  readonly dial: DialTable;
  readonly traffic: Traffic;
}

export interface OutsideRegistries {
  /** PEM of the CA that their certificates are from. */
  readonly ca: string;
  /** On loopback: the proxy by which whoever mirrors reaches them, and the lab. Nobody else does. */
  readonly proxyPort: number;
  /** `host:port` of those that were asked. */
  asked(): readonly string[];
  close(): Promise<void>;
}

/** The registries outside that a lab's images come from: those of its releases, and of images that its lab file names. */
export async function createOutsideRegistries(
  { plan, dial, traffic }: OutsideWorld,
  versions: readonly string[],
  images: readonly string[],
): Promise<OutsideRegistries> {
  const stores = new Map<string, RegistryStore>();
  const storeOf = (image: string): RegistryStore => {
    const { host } = parseImageReference(image)!;
    const store = stores.get(host) ?? createRegistryStore();
    stores.set(host, store);
    return store;
  };
  const place = (image: string): string => parseImageReference(image)!.repository;
  // All of a release's images are in one registry.
  for (const version of versions) addRelease(storeOf(syntheticRelease(version).image), version, place);
  for (const image of images) addStandIn(storeOf(image), image, place, { content: true });

  const authority = await createAuthority('labwright rehearsal outside CA', Date.now());
  const handlers = new Map([...stores].map(([host, store]) => [host, registryHandler({ store, origin: `https://${host}`, readOnly: true })]));
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextOf = (name: string): Promise<SecureContext> => {
    const known = contexts.get(name) ?? authority.server(name).then(createSecureContext);
    contexts.set(name, known);
    return known;
  };
  const server = createServer(
    { SNICallback: (name, done) => void contextOf(name).then((context) => done(null, context), done) },
    counted(traffic, (request, response) => {
      const handler = handlers.get(request.headers.host ?? '');
      if (handler) handler(request, response);
      else response.writeHead(421).end();
    }),
  );
  const listener: Endpoint = { host: '127.0.0.1', port: await listenOnLoopback(server) };
  const asked = new Set<string>();
  const through: Dial = (address) => {
    if (isInsideLab(plan, address)) return dial.dial(address);
    asked.add(`${address.host}:${address.port}`);
    const isServed = handlers.has(address.port === 443 ? address.host : `${address.host}:${address.port}`);
    return Promise.resolve(isServed ? listener : undefined);
  };
  const proxy = await serveConnectProxy(through);
  return {
    ca: authority.ca,
    proxyPort: proxy.port,
    asked: () => [...asked].toSorted(),
    async close() {
      await proxy.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
