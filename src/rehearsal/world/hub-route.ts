import { createServer } from 'node:https';
import type { Endpoint } from '../../util/dial.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import { createAuthority, type Certificate } from '../api/access/certificate-authority.ts';
import { PARTICIPANT_HEADER } from '../clock/traffic.ts';
import type { ServiceAnswer } from '../controllers/hub-deps.ts';
import type { WorldDeps } from './world-deps.ts';

export interface HubRoute {
  /** A certificate of the hub's router for another host. */
  readonly certificate: (host: string) => Promise<Certificate>;
  /** PEM of the CA that the hub's routes are from. */
  readonly ca: string;
  /** What is behind the route from now on. */
  readonly serve: (answer: (url: URL) => ServiceAnswer) => void;
  close(): Promise<void>;
}

/** A route of a hub, at `https://<host>` of the dial table. It listens once somebody has dialled it. */
export async function openHubRoute(world: Pick<WorldDeps, 'traffic' | 'dial'>, hub: string, host: string): Promise<HubRoute> {
  const authority = await createAuthority(`ingress-operator of ${hub}`, Date.now());
  let answer: (url: URL) => ServiceAnswer = () => ({ status: 503, headers: {}, body: 'Application is not available\n' });
  const start = async (): Promise<{ readonly at: Endpoint; readonly close: () => Promise<void> }> => {
    const server = createServer(await authority.server(host), (request, response) => {
      const participant = request.headers[PARTICIPANT_HEADER.toLowerCase()];
      response.on('close', world.traffic.request(typeof participant === 'string' ? participant : undefined));
      const { status, headers, body } =
        request.method === 'GET' ? answer(new URL(request.url ?? '/', `https://${host}`)) : { status: 405, headers: {}, body: '' };
      response.writeHead(status, headers).end(body);
    });
    const at = { host: '127.0.0.1', port: await listenOnLoopback(server) };
    return {
      at,
      async close() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  };
  let started: ReturnType<typeof start> | undefined;
  world.dial.set({ host, port: 443 }, async () => (await (started ??= start())).at);
  return {
    ca: authority.ca,
    certificate: authority.server,
    serve: (given) => void (answer = given),
    async close() {
      world.dial.remove({ host, port: 443 });
      await (await started?.catch(() => undefined))?.close();
    },
  };
}
