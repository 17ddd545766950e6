import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { TestContext } from 'node:test';
import { createAuthority } from '../../src/rehearsal/api/access/certificate-authority.ts';
import { registryHandler, type RegistryOptions } from '../../src/rehearsal/registry/registry-handler.ts';
import { createRegistryStore, type RegistryStore } from '../../src/rehearsal/registry/registry-store.ts';
import { listenOnLoopback } from '../../src/util/listen-on-loopback.ts';
import type { RealRegistry } from './real-registry.ts';

/** A rehearsal's registry on loopback. `before` may answer a request in its place. */
export async function startWorldRegistry(
  t: TestContext,
  options: Omit<RegistryOptions, 'store' | 'origin'> & { readonly before?: (...args: Parameters<RequestListener>) => boolean } = {},
): Promise<RealRegistry & { readonly store: RegistryStore }> {
  const store = createRegistryStore();
  const authority = await createAuthority('test world CA', Date.now());
  let handler: RequestListener | undefined;
  const server = createServer(await authority.server('127.0.0.1'), (request, response) => {
    if (options.before?.(request, response) !== true) handler!(request, response);
  });
  const host = `127.0.0.1:${await listenOnLoopback(server)}`;
  handler = registryHandler({ ...options, store, origin: `https://${host}` });
  t.after(() => (server.closeAllConnections(), server.close()));
  return { host, ca: authority.ca, store };
}
