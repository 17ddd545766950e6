// The daily pipeline of the example lab, end to end: server, agent, database, world.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAILY, rehearse } from './rehearse.ts';

const JOBS = ['hub1-install', 'sno1-install', 'sno1-detach', 'sno1-again', 'sno1-detach-again'];

test('the daily pipeline succeeds, every off and reset names the step that asked, and one seed gives one story', async () => {
  const first = await rehearse(DAILY, '--seed', '7');
  assert.equal(first.exitCode, 0, JSON.stringify(first.report.jobs, null, 1));
  const { result, jobs, steps, power_events: powerEvents } = first.report;
  assert.equal(result, 'success');
  assert.deepEqual(
    jobs.map(({ name, status }) => [name, status]),
    JOBS.map((name) => [name, 'success']),
  );
  // Hours together, as installations take (reference/ztp.md §7.2).
  const hours = jobs.reduce((sum, job) => sum + job.simulated_s, 0) / 3600;
  assert.ok(hours > 2 && hours < 12, `${hours} h`);
  assert.ok(steps.length > JOBS.length && steps.every(({ status }) => status === 'success'));
  const ids = new Set(steps.map(({ id }) => id));
  for (const event of powerEvents) if (event.event !== 'on') assert.ok(ids.has(event.cause ?? ''), JSON.stringify(event));
  // Machines that were detached are running: the second installation powers them off itself.
  assert.ok(powerEvents.some(({ event, cause }) => event === 'off' && cause?.startsWith('sno1-again/')));
  assert.ok(!powerEvents.some(({ event, cause }) => event === 'off' && cause?.includes('detach')));

  const second = await rehearse(DAILY, '--seed', '7');
  const withoutRealTime = (all: typeof jobs) => all.map((job) => ({ ...job, real_s: 0 }));
  assert.deepEqual(withoutRealTime(second.report.jobs), withoutRealTime(jobs));
  assert.deepEqual(second.report.power_events, powerEvents);
});
