import type { Server } from 'node:net';

/** Starts a server on 127.0.0.1; port 0 takes any free one. @returns the port. Rejects with the server's error when it cannot. */
export function listenOnLoopback(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
