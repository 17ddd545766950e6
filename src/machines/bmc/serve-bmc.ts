import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { BmcBackend } from './bmc.ts';
import { createRedfishService, type RedfishServiceOptions } from './redfish-service.ts';

export interface BmcListener {
  readonly host: string;
  /** 0 for any free one; the plan's BMC addresses say 8443. */
  readonly port: number;
  /** Without it plain HTTP, for loopback. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
}

/** Redfish in front of a lab's machines; dispose to stop listening. */
export interface BmcService extends AsyncDisposable {
  /** `https://host:port`; a machine is at `/redfish/v1/Systems/<uuid or name>`. */
  readonly url: string;
}

/** Serves the BMCs of a backend's machines. Rejects when it cannot listen. */
export async function serveBmc(backend: BmcBackend, listener: BmcListener, options: RedfishServiceOptions = {}): Promise<BmcService> {
  const service = createRedfishService(backend, options);
  const server = listener.tls ? createHttpsServer(listener.tls, service) : createHttpServer(service);
  // Longer than a job pauses between two looks: a handshake costs more than the answer.
  server.keepAliveTimeout = 60_000;
  server.listen(listener.port, listener.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = listener.host.includes(':') ? `[${listener.host}]` : listener.host;
  return {
    url: `${listener.tls ? 'https' : 'http'}://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
