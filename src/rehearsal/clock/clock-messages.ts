import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import * as z from 'zod';

/** The stream that fired timers are counted under. */
export const TIMERS = 'timers';

/** Lines of JSON between a process and the world whose clock it shares, over a Unix socket. */
export const ToClock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('join'), participant: z.string() }),
  z.object({ type: z.literal('sleep'), id: z.number(), untilMs: z.number() }),
  z.object({ type: z.literal('forget'), id: z.number() }),
  /** Something has been begun here: time stands still until the next `idle`. */
  z.object({ type: z.literal('busy') }),
  /** Nothing is under way here; `taken` has, by stream, how many messages were taken since the last time this was said. */
  z.object({ type: z.literal('idle'), taken: z.record(z.string(), z.number()) }),
  z.object({ type: z.literal('ask'), id: z.number() }),
  /** Not coming back. Who hangs up without it is waited for: time stands still until it joins again. */
  z.object({ type: z.literal('leave') }),
]);
export type ToClock = z.infer<typeof ToClock>;

export const FromClock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('joined'), nowMs: z.number() }),
  z.object({ type: z.literal('fired'), id: z.number(), nowMs: z.number() }),
  z.object({ type: z.literal('now'), id: z.number(), nowMs: z.number() }),
]);
export type FromClock = z.infer<typeof FromClock>;

export function sendLine(socket: Socket, message: ToClock | FromClock): void {
  // The other side may be gone; whoever waits for its answer learns that from 'close'.
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

export function onLine<T>(socket: Socket, schema: z.ZodType<T>, handle: (message: T) => void): void {
  const lines = createInterface({ input: socket });
  lines.on('line', (line) => handle(schema.parse(JSON.parse(line))));
  lines.on('error', () => undefined); // The socket's own; 'close' follows there.
}
