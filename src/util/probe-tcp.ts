import { createConnection } from 'node:net';
import type { Endpoint } from './dial.ts';
import type { HttpDeps } from './http-get.ts';

/** Whether somebody listens; `greeting` is what it says first, without being asked: the banner of an SSH server. */
export type TcpAnswer = { readonly status: 'silent' } | { readonly status: 'open'; readonly greeting: string };

/** Real time, for a connection and a greeting each. */
const PATIENCE_MS = 5000;

/**
 * Connects and hangs up. `greets`: whether whoever listens there speaks first, and is worth waiting for.
 *
 * @returns `silent` when nobody takes the connection.
 * @throws the signal's reason when aborted.
 */
export function probeTcp({ clock, dial }: HttpDeps, endpoint: Endpoint, signal: AbortSignal, { greets }: { readonly greets: boolean }): Promise<TcpAnswer> {
  return clock.during(
    dial(endpoint).then((found) => {
      signal.throwIfAborted();
      return found === undefined ? { status: 'silent' } : connect(found, signal, greets);
    }),
  );
}

function connect({ host, port }: Endpoint, signal: AbortSignal, greets: boolean): Promise<TcpAnswer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port });
    let connected = false;
    const over = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      settle();
    };
    const onAbort = (): void => over(() => reject(signal.reason));
    const answer = (greeting: string): void => over(() => resolve(connected ? { status: 'open', greeting } : { status: 'silent' }));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.setTimeout(PATIENCE_MS, () => answer(''));
    socket.on('connect', () => {
      connected = true;
      if (!greets) answer('');
    });
    socket.on('data', (bytes: Buffer) => answer(bytes.toString('latin1').split(/\r?\n/)[0] ?? ''));
    socket.on('error', () => answer(''));
    socket.on('close', () => answer(''));
  });
}
