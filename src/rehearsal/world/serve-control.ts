import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { messageOf } from '../../util/errors.ts';
import { ControlRequest } from './control-messages.ts';
import type { World } from './create-world.ts';

/** Answers the processes that use this world. `stop` is called when one of them ends it. */
export function serveControl(world: World, socketPath: string, stop: () => void): Promise<Server> {
  const server = createServer((request, response) => {
    handle(world, request, stop).then(
      (answer) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer ?? null)),
      (error: unknown) => response.writeHead(400).end(JSON.stringify({ message: messageOf(error) })),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve(server));
  });
}

async function handle(world: World, incoming: IncomingMessage, stop: () => void): Promise<unknown> {
  const request = ControlRequest.parse(await json(incoming));
  switch (request.type) {
    case 'dial':
      return world.dial.dial(request.address);
    case 'publish':
      world.dial.set(request.address, request.listener);
      return null;
    case 'power-log':
      return world.powerLog;
    case 'mutations':
      return world.mutations;
    case 'hub-kubeconfig':
      return world.hubs.get(request.hub)?.kubeconfig;
    case 'destinations':
      return world.destinations();
    case 'mirror-sources':
      return world.outside?.asked() ?? [];
    case 'sites-head':
      return world.sitesHead();
    case 'install-cluster':
      return world.installCluster(request);
    case 'await-cluster':
      return world.awaitCluster(request);
    case 'stop':
      // The answer first: whoever asked waits for it.
      setImmediate(stop);
      return null;
    default:
      return request satisfies never;
  }
}
