import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurn } from './in-turn.ts';

test('work on one thing never overlaps, and a failure does not stop the next', async () => {
  const told: string[] = [];
  const work =
    (name: string, fails = false) =>
    async (): Promise<string> => {
      told.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      told.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const ended = await Promise.allSettled([inTurn('a', work('one', true)), inTurn('a', work('two'))]);
  assert.deepEqual(told, ['one begins', 'one ends', 'two begins', 'two ends']);
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
});
