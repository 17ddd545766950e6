// The upgrade pipeline of the example lab, end to end.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/util/package-root.ts';
import { rehearse } from './rehearse.ts';

test('spokes are installed and upgraded in one pipeline, and no machine is switched for it', async () => {
  const { exitCode, report } = await rehearse(join(packageRoot(), 'examples/pretty-lab/upgrade.yml'), '--seed', '3');
  assert.equal(exitCode, 0, JSON.stringify(report.jobs, null, 1));
  assert.deepEqual(
    report.jobs.map(({ name, status }) => [name, status]),
    ['hub1-install', 'sno1-install', 'mno1-install', 'sno1-upgrade', 'spokes-upgrade'].map((name) => [name, 'success']),
  );
  assert.deepEqual(
    report.power_events.filter(({ cause }) => cause?.includes('upgrade')),
    [],
  );
});
