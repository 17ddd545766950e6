import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realSleep } from '../../util/clock.ts';
import { createSimulatedClock } from './simulated-clock.ts';

test('hours pass in no time when everybody waits', async () => {
  const clock = createSimulatedClock({ startMs: 1_000, speed: undefined }).participant('agent');
  await clock.sleep(3 * 3_600_000);
  assert.equal(clock.now(), 1_000 + 3 * 3_600_000);
});

test('the clock stands still while a party works', async () => {
  const simulated = createSimulatedClock({ startMs: 0, speed: undefined });
  const agent = simulated.participant('agent');
  const world = simulated.participant('world');
  let woken = false;
  const sleeping = world.sleep(60_000).then(() => (woken = true));
  await agent.during(realSleep(30));
  assert.equal(woken, false);
  await sleeping;
  assert.equal(world.now(), 60_000);
});

test('a watch event that was sent and not yet taken holds the clock', async () => {
  const simulated = createSimulatedClock({ startMs: 0, speed: undefined });
  const agent = simulated.participant('agent');
  const sleeping = simulated.participant('world').sleep(5_000);
  simulated.traffic.watch('agent', 'w').line();
  await realSleep(20);
  assert.equal(simulated.now(), 0);
  await agent.delivered('w');
  await sleeping;
  assert.equal(simulated.now(), 5_000);
});

test('timers fire in order, each before the next is looked at', async () => {
  const simulated = createSimulatedClock({ startMs: 0, speed: undefined });
  const clock = simulated.participant('world');
  const seen: number[] = [];
  const stop = new AbortController();
  const late = clock.sleep(300, stop.signal).catch(() => seen.push(-1));
  await Promise.all([
    clock.sleep(200).then(() => {
      seen.push(clock.now());
      stop.abort(new Error('not needed any more'));
    }),
    clock.sleep(100).then(() => seen.push(clock.now())),
    late,
  ]);
  assert.deepEqual(seen, [100, 200, -1]);
});

test('a party whose process died does not hold the clock', async () => {
  const simulated = createSimulatedClock({ startMs: 0, speed: undefined });
  simulated.participant('agent');
  simulated.traffic.watch('agent', 'w').line();
  const sleeping = simulated.participant('world').sleep(1_000);
  simulated.leave('agent');
  await sleeping;
  assert.equal(simulated.now(), 1_000);
});

test('lines of a watch that was closed before they were taken no longer hold the clock', async () => {
  const simulated = createSimulatedClock({ startMs: 0, speed: undefined });
  const sleeping = simulated.participant('world').sleep(1_000);
  const watch = simulated.traffic.watch('agent', 'w');
  watch.line();
  watch.line();
  await simulated.participant('agent').delivered('w');
  watch.closed();
  await sleeping;
  assert.equal(simulated.now(), 1_000);
});
