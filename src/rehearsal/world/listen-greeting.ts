import { createServer, type Server } from 'node:net';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import type { InstallerWorld } from '../installer/installer-world.ts';
import type { DialTable } from './dial-table.ts';

/** Ports that only show that somebody is there, behind one listener for each greeting. */
export function createGreeters(dial: DialTable): { readonly listen: InstallerWorld['listen']; close(): Promise<void> } {
  const servers = new Map<string, { readonly server: Server; readonly port: Promise<number> }>();
  const portOf = (greeting: string): Promise<number> => {
    const known = servers.get(greeting);
    if (known) return known.port;
    const server = createServer((socket) => {
      socket.on('error', () => undefined); // It hung up.
      if (greeting !== '') socket.write(`${greeting}\r\n`);
    });
    const made = { server, port: listenOnLoopback(server) };
    servers.set(greeting, made);
    return made.port;
  };
  return {
    listen(address, greeting = '') {
      dial.set(address, async () => ({ host: '127.0.0.1', port: await portOf(greeting) }));
      return () => dial.remove(address);
    },
    async close() {
      for (const { server } of servers.values()) await new Promise((resolve) => server.close(resolve));
    },
  };
}
