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
  /** Where an address of the lab listens: asked before every request, so it goes the shortest way. */
  z.object({ type: z.literal('dial'), id: z.number(), host: z.string(), port: z.number() }),
  /** Not coming back. Who hangs up without it is waited for: time stands still until it joins again. */
  z.object({ type: z.literal('leave') }),
]);
export type ToClock = z.infer<typeof ToClock>;

export const FromClock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('joined'), nowMs: z.number() }),
  z.object({ type: z.literal('fired'), id: z.number(), nowMs: z.number() }),
  z.object({ type: z.literal('now'), id: z.number(), nowMs: z.number() }),
  z.object({ type: z.literal('dialled'), id: z.number(), nowMs: z.number(), host: z.string().optional(), port: z.number().optional() }),
]);
export type FromClock = z.infer<typeof FromClock>;

export function sendLine(socket: Socket, ...messages: readonly (ToClock | FromClock)[]): void {
  // The other side may be gone; whoever waits for its answer learns that from 'close'.
  if (socket.writable) socket.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
}

export function onLine<T>(socket: Socket, schema: z.ZodType<T>, handle: (message: T) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) handle(schema.parse(JSON.parse(line)));
  });
}
