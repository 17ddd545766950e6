import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../../lab/lock.ts';
import { planLab } from '../../lab/plan-lab.ts';
import { packageRoot } from '../../util/package-root.ts';
import { machineCredentials } from './credentials.ts';

const path = join(packageRoot(), 'examples/pretty-lab/lab.yml');
const plan = planLab(path, readFileSync(path, 'utf8'), EMPTY_LOCK).plan!;

test('every machine has a password of its own, the same each time and another with another secret', () => {
  const first = machineCredentials(plan, 'secret one');
  assert.deepEqual(
    [...first.keys()],
    plan.machines.map(({ name }) => name),
  );
  assert.equal(new Set([...first.values()].map(({ password }) => password)).size, plan.machines.length);
  assert.deepEqual(machineCredentials(plan, 'secret one'), first);
  const other = machineCredentials(plan, 'secret two');
  for (const [name, { password }] of first) assert.notEqual(other.get(name)?.password, password);
});
