import { createServer, type Server, type Socket } from 'node:net';
import { onLine, sendLine, TIMERS, ToClock } from './clock-messages.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import type { Dial, Endpoint } from '../../util/dial.ts';
import type { WatchTraffic } from './traffic.ts';

/**
 * Lets other processes take part in the clock.
 *
 * One that leaves no longer holds it. One that hangs up without a word was killed: time stands still until it is back,
 * so that it finds what it left. Close the server to end.
 */
export function serveClock(simulated: SimulatedClock, socketPath: string, dial: Dial): Promise<Server> {
  const missed = new Map<string, () => void>();
  const server = createServer((socket) => serveParticipant({ simulated, missed, dial }, socket));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve(server));
  });
}

interface ServedClock {
  readonly simulated: SimulatedClock;
  readonly missed: Map<string, () => void>;
  readonly dial: Dial;
}

function serveParticipant({ simulated, missed, dial }: ServedClock, socket: Socket): void {
  const sleeps = new Map<number, AbortController>();
  let name: string | undefined;
  let timers: WatchTraffic | undefined;
  // Held from `busy` to `idle`, and until the first `idle`: a process that has just joined is about to do something.
  let release: (() => void) | undefined;
  let left = false;

  onLine(socket, ToClock, (message) => {
    if (message.type === 'join') {
      name = message.participant;
      // What an earlier process of that name left open will never be taken.
      simulated.leave(name);
      simulated.participant(name);
      timers = simulated.traffic.watch(name, TIMERS);
      release = simulated.traffic.request(name);
      missed.get(name)?.();
      missed.delete(name);
      return sendLine(socket, { type: 'joined', nowMs: simulated.now() });
    }
    if (name === undefined) return socket.destroy(new Error(`${message.type} before join`));
    const participant = name;
    const clock = simulated.participant(participant);
    switch (message.type) {
      case 'sleep': {
        const stop = new AbortController();
        sleeps.set(message.id, stop);
        clock.sleep(message.untilMs - simulated.now(), stop.signal).then(
          () => {
            sleeps.delete(message.id);
            timers?.line();
            sendLine(socket, { type: 'fired', id: message.id, nowMs: simulated.now() });
          },
          () => sleeps.delete(message.id),
        );
        return;
      }
      case 'forget':
        return sleeps.get(message.id)?.abort(new Error('not needed any more'));
      case 'busy':
        release?.();
        release = simulated.traffic.request(participant);
        return;
      case 'idle':
        for (const [stream, count] of Object.entries(message.taken)) for (let left = count; left > 0; left--) void clock.delivered(stream);
        return release?.();
      case 'leave':
        left = true;
        return;
      case 'ask':
        return sendLine(socket, { type: 'now', id: message.id, nowMs: simulated.now() });
      case 'dial': {
        const { id, host, port } = message;
        const answer = (endpoint?: Endpoint): void => sendLine(socket, { type: 'dialled', id, nowMs: simulated.now(), ...endpoint });
        dial({ host, port }).then(answer, () => answer());
        return;
      }
      default:
        return message satisfies never;
    }
  });
  socket.on('error', () => undefined); // 'close' follows.
  socket.on('close', () => {
    release?.();
    for (const stop of sleeps.values()) stop.abort(new Error('its process hung up'));
    if (name === undefined) return;
    simulated.leave(name);
    if (!left) missed.set(name, simulated.traffic.request(name));
  });
}
