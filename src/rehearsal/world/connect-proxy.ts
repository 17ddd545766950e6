import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Dial } from '../../util/dial.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';

export interface ConnectProxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * The way into a world for programs that dial by themselves: an HTTP proxy (`HTTPS_PROXY`) that tunnels (CONNECT, RFC 9110 §9.3.6)
 * to where `dial` says that a host of the lab is, and to nothing else.
 */
export async function serveConnectProxy(dial: Dial): Promise<ConnectProxy> {
  const tunnels = new Set<{ destroy(): unknown }>();
  const server = createServer((_request, response) => response.writeHead(501).end());
  server.on('connect', (request, client, head: Buffer) => {
    tunnels.add(client);
    client.on('error', () => client.destroy()).on('close', () => tunnels.delete(client));
    const [, host = '', port = ''] = /^\[?([^\]]+)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
    void dial({ host, port: Number(port) }).then(
      (endpoint) => {
        if (endpoint === undefined) {
          client.end('HTTP/1.1 502 connection refused\r\n\r\n');
          return;
        }
        const target = connect(endpoint.port, endpoint.host, () => {
          client.write('HTTP/1.1 200 Connection established\r\n\r\n');
          target.write(head);
          target.pipe(client);
          client.pipe(target);
        });
        tunnels.add(target);
        target.on('error', () => client.destroy()).on('close', () => (tunnels.delete(target), client.destroy()));
        client.on('close', () => target.destroy());
      },
      () => client.destroy(),
    );
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    async close() {
      for (const tunnel of tunnels) tunnel.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
