// The day-2 pipeline of the example lab, end to end: what is done to a spoke that runs, and what that does to its machines.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { rehearse } from './rehearse.ts';

test('installed, detached, attached, redeployed in one pipeline: only installations change power', async () => {
  const { exitCode, report } = await rehearse(join(packageRoot(), 'examples/pretty-lab/day2.yml'), '--seed', '3');
  assert.equal(exitCode, 0, JSON.stringify(report.jobs, null, 1));
  assert.deepEqual(
    report.jobs.map(({ name, status }) => [name, status]),
    ['hub1-install', 'sno1-install', 'sno1-detach', 'sno1-attach', 'sno1-redeploy'].map((name) => [name, 'success']),
  );
  const sno1 = report.power_events.filter(({ machine }) => machine.startsWith('sno1-'));
  assert.deepEqual(
    sno1.map(({ event, cause }) => [event, cause]),
    [
      ['on', 'sno1-install/create-cluster-instance'],
      ['off', 'sno1-redeploy/power-off-machines'],
      ['on', 'sno1-redeploy/create-cluster-instance'],
    ],
  );
});
