import type { Clock } from '../../../../util/clock.ts';

export interface MonitorOptions {
  readonly periodMs: number;
  readonly phaseMs: number;
  /** @returns whether anything changed. */
  readonly look: () => boolean;
  /** Times at which something becomes due although nobody touched anything. */
  readonly deadlines: () => readonly number[];
}

export interface Monitor {
  /** Something changed: the next turn of the grid must look. */
  touch(): void;
}

/**
 * Looks in turns of a fixed period, but only in those in which it could find something.
 *
 * Turns fall on the grid (phase + n × period), as those of a real periodic monitor do. A turn is skipped when nothing was
 * touched since the last one and no deadline has passed: a rehearsal of hours then costs no time for nothing.
 */
export function createMonitor(clock: Clock, { periodMs, phaseMs, look, deadlines }: MonitorOptions): Monitor {
  let timer: { readonly dueMs: number; readonly abort: AbortController } | undefined;

  /** The first turn at or after a time that is later than now. */
  const turnAfter = (ms: number): number => {
    const earliest = Math.max(ms, clock.now() + 1);
    return Math.ceil((earliest - phaseMs) / periodMs) * periodMs + phaseMs;
  };

  function plan(dueMs: number): void {
    if (timer && timer.dueMs <= dueMs) return;
    timer?.abort.abort(new Error('an earlier turn'));
    const mine = { dueMs, abort: new AbortController() };
    timer = mine;
    clock.sleep(dueMs - clock.now(), mine.abort.signal).then(
      () => {
        timer = undefined;
        turn();
      },
      () => undefined,
    );
  }

  function turn(): void {
    const changed = look();
    const next = deadlines().filter((ms) => ms >= clock.now());
    if (changed) plan(turnAfter(clock.now()));
    else if (next.length > 0) plan(turnAfter(Math.min(...next) + 1));
  }

  return { touch: () => plan(turnAfter(clock.now())) };
}
