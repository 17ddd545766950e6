import type { Clock } from '../util/clock.ts';

export interface ClockGate {
  /** Time passes, as far as this agent is concerned. */
  open(): void;
  /** Time stands still. Closing a closed gate is fine. */
  close(): void;
}

/**
 * Holds a rehearsal's clock while no job runs.
 *
 * Between jobs an agent talks to its control server, in real time that has nothing to do with the lab's: if simulated time
 * went on meanwhile, the same rehearsal would take another course on a slower computer. Starts closed.
 */
export function createClockGate(clock: Clock): ClockGate {
  let release: (() => void) | undefined;
  const gate: ClockGate = {
    open() {
      release?.();
      release = undefined;
    },
    close() {
      if (release !== undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      release = resolve;
      void clock.during(promise);
    },
  };
  gate.close();
  return gate;
}
