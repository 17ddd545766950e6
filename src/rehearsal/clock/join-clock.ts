import { connect, type Socket } from 'node:net';
import type { Clock } from '../../util/clock.ts';
import { LabwrightError } from '../../util/errors.ts';
import { FromClock, onLine, sendLine, TIMERS } from './clock-messages.ts';

/** The world's clock as a process of its own sees it. */
export interface JoinedClock {
  readonly clock: Clock;
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
  const answers = new Map<number, () => void>();
  let nowMs = 0;
  let nextId = 1;
  let holds = 0;
  let taken = new Map<string, number>();
  let reporting = false;
  let saidBusy = false;

  // Two turns of the event loop later: code that goes on after an answer, and then asks for the next thing, is still at work.
  const report = (): void => {
    if (reporting) return;
    reporting = true;
    setImmediate(() =>
      setImmediate(() => {
        reporting = false;
        if (holds > 0) return;
        saidBusy = false;
        sendLine(socket, { type: 'idle', taken: Object.fromEntries(taken) });
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
      answers.get(message.id)?.();
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
          sendLine(socket, { type: 'forget', id });
          reject(either.reason);
        };
        either.addEventListener('abort', onAbort, { once: true });
        answers.set(id, () => {
          either.removeEventListener('abort', onAbort);
          resolve();
        });
        sendLine(socket, { type: 'sleep', id, untilMs: nowMs + Math.max(0, ms) });
        report();
      });
    },
    delivered(stream) {
      take(stream);
      const id = nextId++;
      return during(
        new Promise<void>((resolve, reject) => {
          if (lost.signal.aborted) return reject(lost.signal.reason);
          answers.set(id, resolve);
          sendLine(socket, { type: 'ask', id });
        }),
      );
    },
  };
  const leave = (): void => {
    sendLine(socket, { type: 'leave' });
    socket.end();
  };
  return { clock, lost: lost.signal, leave };
}
