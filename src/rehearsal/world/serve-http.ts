import { createServer } from 'node:http';
import { messageOf } from '../../util/errors.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import type { DialTable } from './dial-table.ts';
import type { InstallerWorld } from '../installer/installer-world.ts';

/** Serves plain HTTP on loopback, found at its lab address through the dial table. */
export function serveHttpBehind(dial: DialTable): InstallerWorld['serveHttp'] {
  return async (address, handler) => {
    const server = createServer((request, response) => {
      let answer: ReturnType<typeof handler>;
      try {
        answer = request.method === 'GET' ? handler(request.url ?? '/') : { status: 405, body: { code: 405, message: `${request.method} is not served here` } };
      } catch (error) {
        answer = { status: 500, body: { code: 500, message: messageOf(error) } };
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
    dial.set(address, { host: '127.0.0.1', port: await listenOnLoopback(server) });
    return async () => {
      dial.remove(address);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
  };
}
