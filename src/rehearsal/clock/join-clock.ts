import { connect, type Socket } from 'node:net';
import type { Clock } from '../../util/clock.ts';
import type { Dial } from '../../util/dial.ts';
import { LabwrightError } from '../../util/errors.ts';
import { FromClock, onLine, sendLine, TIMERS, type ToClock } from './clock-messages.ts';

/** The world's clock as a process of its own sees it. */
export interface JoinedClock {
  readonly clock: Clock;
  /** The world's table of addresses, asked every time: a host that boots another system listens elsewhere then. */
  readonly dial: Dial;
  /** Aborted when the world hangs up. */
  readonly lost: AbortSignal;
  leave(): void;
}

/**
 * Takes part in the clock that `serveClock` serves.
 *
 * Time here is the world's as of the last message. That is exact whenever it matters: the world stands still while this
 * process works, and `delivered` asks for the time before a watch event is acted on.
 *
 * @throws LabwrightError `unreachable` when no world listens at `socketPath`.
 */
export function joinClock(socketPath: string, participant: string): Promise<JoinedClock> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.once('error', (cause) =>
      reject(new LabwrightError('unreachable', `no world answers at ${socketPath}: ${cause.message}`, { cause, hint: 'start the rehearsal again' })),
    );
    socket.once('connect', () => {
      const joined = createJoinedClock(socket, () => resolve(joined));
      sendLine(socket, { type: 'join', participant });
    });
  });
}

function createJoinedClock(socket: Socket, onJoined: () => void): JoinedClock {
  const lost = new AbortController();
  const answers = new Map<number, (message: FromClock) => void>();
  let nowMs = 0;
  let nextId = 1;
  let holds = 0;
  let taken = new Map<string, number>();
  let reporting = false;
  let saidBusy = false;
  // The world has answered since it knows that this process works: it has stood still at nowMs from then on.
  let exact = false;
  // Sleeps and what is forgotten of them, while this process works: time stands still, so the world need not know before `idle`.
  let unsaid: ToClock[] = [];
  const say = (message: ToClock): void => {
    if (saidBusy) unsaid.push(message);
    else sendLine(socket, message);
  };
  const forget = (id: number): void => {
    const index = unsaid.findIndex((one) => one.type === 'sleep' && one.id === id);
    if (index < 0) say({ type: 'forget', id });
    else unsaid.splice(index, 1);
  };

  // Two turns of the event loop later: code that goes on after an answer, and then asks for the next thing, is still at work.
  const report = (): void => {
    if (reporting) return;
    reporting = true;
    setImmediate(() =>
      setImmediate(() => {
        reporting = false;
        if (holds > 0) return;
        saidBusy = false;
        exact = false;
        sendLine(socket, ...unsaid, { type: 'idle', taken: Object.fromEntries(taken) });
        unsaid = [];
        taken = new Map();
      }),
    );
  };
  const take = (stream: string): void => void taken.set(stream, (taken.get(stream) ?? 0) + 1);
  const during = async <T>(work: Promise<T>): Promise<T> => {
    holds++;
    // Before the work's own request leaves: the world must know that more may follow its answer.
    if (!saidBusy) sendLine(socket, { type: 'busy' });
    saidBusy = true;
    try {
      return await work;
    } finally {
      holds--;
      report();
    }
  };

  onLine(socket, FromClock, (message) => {
    nowMs = message.nowMs;
    if (message.type === 'joined') {
      onJoined();
    } else {
      // A timer that was forgotten while it fired is taken all the same: the world has counted it.
      if (message.type === 'fired') take(TIMERS);
      answers.get(message.id)?.(message);
      answers.delete(message.id);
    }
    report();
  });
  socket.on('error', () => undefined); // 'close' follows.
  socket.on('close', () =>
    lost.abort(new LabwrightError('unreachable', 'the rehearsal world has ended', { hint: 'its jobs cannot go on; start the rehearsal again' })),
  );

  const clock: Clock = {
    now: () => nowMs,
    during,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const either = signal === undefined ? lost.signal : AbortSignal.any([signal, lost.signal]);
        if (either.aborted) return reject(either.reason);
        const id = nextId++;
        const onAbort = (): void => {
          answers.delete(id);
          forget(id);
          reject(either.reason);
        };
        either.addEventListener('abort', onAbort, { once: true });
        answers.set(id, () => {
          either.removeEventListener('abort', onAbort);
          resolve();
        });
        say({ type: 'sleep', id, untilMs: nowMs + Math.max(0, ms) });
        report();
      });
    },
    delivered(stream) {
      take(stream);
      if (exact) return during(Promise.resolve());
      const id = nextId++;
      return during(
        new Promise<void>((resolve, reject) => {
          if (lost.signal.aborted) return reject(lost.signal.reason);
          answers.set(id, () => {
            exact = saidBusy;
            resolve();
          });
          sendLine(socket, { type: 'ask', id });
        }),
      );
    },
  };
  const leave = (): void => {
    sendLine(socket, ...unsaid, { type: 'leave' });
    socket.end();
  };
  const dial: Dial = ({ host, port }) => {
    const id = nextId++;
    return during(
      new Promise((resolve, reject) => {
        const onLost = (): void => reject(lost.signal.reason);
        if (lost.signal.aborted) return onLost();
        lost.signal.addEventListener('abort', onLost, { once: true });
        answers.set(id, (message) => {
          lost.signal.removeEventListener('abort', onLost);
          if (message.type !== 'dialled' || message.host === undefined || message.port === undefined) return resolve(undefined);
          resolve({ host: message.host, port: message.port });
        });
        sendLine(socket, { type: 'dial', id, host, port });
      }),
    );
  };
  return { clock, dial, lost: lost.signal, leave };
}
