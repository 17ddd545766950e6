// labwright up, killed with -9 once in each job of a spoke's life: what the world saw is what it sees without.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { jitterMs } from '../../src/rehearsal/controllers/jitter.ts';
import type { Mutation } from '../../src/rehearsal/world/world-deps.ts';
import { realSleep } from '../../src/util/clock.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { mutations, powerLog } from './ask-world.ts';
import { dataDir, startLabwright, type RunningLabwright } from './up-process.ts';

/** Which boundary each job is killed at; another seed takes others. */
const SEED = process.env['LABWRIGHT_KILL_SEED'] ?? '1';
const JOB = 'topic: OCP-4.18, components: [ocp], cluster: sno1';
const PIPELINE = `- {name: sno1-install, stage: install, ${JOB}, action: install, outputs: {sno1_kubeconfig: kubeconfig}}
- {name: sno1-redeploy, stage: redeploy, prev_stages: [install], ${JOB}, action: redeploy, outputs: {sno1_kubeconfig: kubeconfig}}
- {name: sno1-detach, stage: detach, prev_stages: [redeploy], ${JOB}, action: detach, outputs: {sno1_kubeconfig: kubeconfig}}
- {name: sno1-attach, stage: attach, prev_stages: [detach], ${JOB}, action: attach, inputs: {sno1_kubeconfig: spoke_kubeconfig}}
`;
const JOBS = 4;

test('killed with -9 at a boundary of each job, the run changes the hub and the power of machines as one that nobody kills', async (t) => {
  const undisturbed = dataDir(t);
  const reference = up(t, undisturbed);
  await reference.printed(/The server stays up/);
  const expected = await seen(undisturbed);
  await reference.stop('SIGTERM');

  const data = dataDir(t);
  for (let job = 0; job < JOBS; job++) {
    const running = up(t, data);
    const step = await atBoundary(data, job, running);
    await running.stop('SIGKILL');
    t.diagnostic(`killed in job ${job + 1} when ${step} had ended`);
  }
  const last = up(t, data);
  await last.printed(/The server stays up/);
  assert.match(last.output(), /success; 4 of 4 jobs succeeded/);
  assert.deepEqual(await seen(data), expected);
  await last.stop('SIGTERM');
});

function up(t: TestContext, data: string): RunningLabwright {
  const pipeline = join(data, 'life.yml');
  writeFileSync(pipeline, PIPELINE);
  const lab = join(packageRoot(), 'examples/pretty-lab');
  return startLabwright(t, ['up', '--data', data, '--port', '0', '--rehearse', pipeline, '--lab', lab, '--speed', '3600'], { TMPDIR: data });
}

/** Waits until the journal has the end of a step that the seed has chosen, not the last one of the job. @returns its id. */
async function atBoundary(data: string, job: number, running: RunningLabwright): Promise<string> {
  for (;;) {
    assert.equal(running.child.exitCode, null, running.output());
    const { planned, ended } = stepsOf(data, job);
    const chosen = planned[jitterMs(SEED, `job ${job}`, 'boundary', 0, planned.length - 2)];
    if (chosen !== undefined && ended.includes(chosen)) return chosen;
    await realSleep(2);
  }
}

/** Steps of a run's job, by its number, as the agent's journal has them. */
function stepsOf(data: string, job: number): { readonly planned: readonly string[]; readonly ended: readonly string[] } {
  let journal: DatabaseSync;
  try {
    journal = new DatabaseSync(join(data, 'agent/journal.db'), { readOnly: true, timeout: 5000 });
  } catch {
    return { planned: [], ended: [] }; // Not made yet.
  }
  try {
    const steps = `SELECT id, state ->> 'status' AS status FROM steps WHERE run_id = (SELECT id FROM runs ORDER BY rowid LIMIT 1 OFFSET ?) ORDER BY position`;
    const rows = journal.prepare(steps).all(job);
    return { planned: rows.map(({ id }) => String(id)), ended: rows.filter(({ status }) => status === 'success').map(({ id }) => String(id)) };
  } catch (error) {
    if (/no such table/.test(String(error))) return { planned: [], ended: [] };
    throw error;
  } finally {
    journal.close();
  }
}

interface Seen {
  readonly power: readonly string[];
  /** By step: what it asked for, each thing once for each version of an object that it made. */
  readonly changed: Readonly<Record<string, readonly string[]>>;
}

async function seen(data: string): Promise<Seen> {
  const power = (await powerLog(data)).map(({ machine, event, cause }) => `${machine} ${event} ${cause}`);
  return { power, changed: changesBySteps(await mutations(data)) };
}

/** A request that was sent again and answered with the same version has changed nothing. */
function changesBySteps(all: readonly Mutation[]): Seen['changed'] {
  const steps = new Map<string, string[]>();
  const versions = new Set<string>();
  for (const { participant, cause, method, server, path, version } of all) {
    if (participant !== 'agent' || cause === null) continue;
    const change = `${method} ${server} ${path}`;
    if (version !== null && versions.has(`${cause} ${change} ${version}`)) continue;
    versions.add(`${cause} ${change} ${version}`);
    steps.set(cause, [...(steps.get(cause) ?? []), change]);
  }
  return Object.fromEntries(steps);
}
