import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../../../util/clock.ts';
import { createMonitor } from './monitor.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a monitor looks on its grid, and only while there is something to see', async () => {
  const clock = fakeClock();
  const looks: number[] = [];
  let changes = 1;
  const monitor = createMonitor(clock, {
    periodMs: 8000,
    phaseMs: 3000,
    look: () => {
      looks.push(clock.now());
      return changes-- > 0;
    },
    deadlines: () => [],
  });
  monitor.touch();
  for (let turn = 0; turn < 40; turn++) {
    clock.advance(1000);
    await settled();
  }
  assert.deepEqual(looks, [3000, 11_000]);
});

test('a deadline that nobody touches is looked at in the first turn after it', async () => {
  const clock = fakeClock();
  const looks: number[] = [];
  const monitor = createMonitor(clock, { periodMs: 8000, phaseMs: 0, look: () => looks.push(clock.now()) < 0, deadlines: () => [20_000] });
  monitor.touch();
  for (let turn = 0; turn < 40; turn++) {
    clock.advance(1000);
    await settled();
  }
  assert.deepEqual(looks, [8000, 24_000]);
});
