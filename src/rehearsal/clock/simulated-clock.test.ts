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

test('idle sleeps alone go in real time, and in their turn when somebody waits for something later', async () => {
  const simulated = createSimulatedClock({ startMs: 0, speed: undefined });
  const clock = simulated.participant('world');
  const woken: string[] = [];
  const retry = clock.sleep(3_600_000, undefined, 'idle').then(() => woken.push('retry'));
  await realSleep(30);
  assert.equal(woken.length, 0);
  assert.ok(clock.now() < 3_600_000);
  await Promise.all([retry, clock.sleep(7_200_000).then(() => woken.push('work'))]);
  assert.deepEqual(woken, ['retry', 'work']);
});

test('an idle sleep ends by itself, and what was aborted holds nothing up', async () => {
  const clock = createSimulatedClock({ startMs: 0, speed: undefined }).participant('world');
  const stop = new AbortController();
  const work = clock.sleep(60_000, stop.signal).catch(() => undefined);
  const retry = clock.sleep(20, undefined, 'idle');
  stop.abort(new Error('not needed any more'));
  await realSleep(60); // The clock's own alarm keeps no process alive.
  await Promise.all([work, retry]);
  assert.equal(clock.now(), 20);
});
