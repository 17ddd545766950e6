// The lab with bare metal, end to end: its hosts are reached at their own BMCs, which the world's dial table answers for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import { packageRoot } from '../../src/util/package-root.ts';
import { rehearse } from './rehearse.ts';

test('clusters on bare metal are installed by agent and by a hub, and only their hosts are switched on', async () => {
  const { exitCode, report } = await rehearse(join(packageRoot(), 'examples/metal-lab/daily.yml'), '--seed', '7');
  assert.equal(exitCode, 0, JSON.stringify(report.jobs, null, 1));
  const switched = (job: string): string[] =>
    report.power_events.filter(({ event, cause }) => event === 'on' && cause?.startsWith(`${job}/`)).map(({ machine }) => machine);
  assert.deepEqual(switched('bare1-install').toSorted(), ['metal2', 'metal3', 'metal4']);
  assert.deepEqual(switched('edge1-install'), ['metal1']);
});

test('static addresses, further networks, a tag and a bond reach the installer as it wants them', async () => {
  const { exitCode, report } = await rehearse(join(packageRoot(), 'examples/telco-lab/daily.yml'), '--seed', '3');
  assert.equal(exitCode, 0, JSON.stringify(report.jobs, null, 1));
});
