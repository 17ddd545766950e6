import { describe, test } from 'node:test';
import { serveApi } from '../../src/rehearsal/api/server.ts';
import type { Traffic } from '../../src/rehearsal/clock/traffic.ts';
import { fakeClock } from '../../src/util/clock.ts';
import { noRecordings, playScenario, SCENARIOS, TOKENS } from './recorded-scenarios.ts';

/** A clock that moves only when a watch ends, by the second that most of them last: ages do not depend on the computer. */
function steadyTime(): { readonly clock: ReturnType<typeof fakeClock>; readonly traffic: Traffic } {
  const clock = fakeClock(Date.now());
  const closed = (): void => void clock.advance(1_000);
  return { clock, traffic: { request: () => () => undefined, watch: () => ({ line: () => undefined, closed }) } };
}

// Most of them wait for watches to end: together they take as long as the longest.
describe('answers like the recorded API server', { concurrency: 8 }, () => {
  for (const name of SCENARIOS) {
    test(name, { skip: noRecordings }, async () => {
      const server = await serveApi({ ...steadyTime(), tokens: TOKENS, historyMs: 5_000 }, 0);
      try {
        await playScenario(server, name);
      } finally {
        await server.close();
      }
    });
  }
});
