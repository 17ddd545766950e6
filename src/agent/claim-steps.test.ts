import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ActionDeps } from '../hub/action.ts';
import { EMPTY_LOCK } from '../lab/lock.ts';
import { planLab } from '../lab/plan-lab.ts';
import { CLAIMS_FILE, openClaims } from '../machines/claims-store.ts';
import { systemClock } from '../util/clock.ts';
import { packageRoot } from '../util/package-root.ts';
import type { Memory, Step } from '../util/step.ts';
import { claimed, releaseMachines, type JobClaim } from './claim-steps.ts';

const labPath = join(packageRoot(), 'examples/pretty-lab/lab.yml');
const plan = planLab(labPath, readFileSync(labPath, 'utf8'), EMPTY_LOCK).plan!;

test('a job whose machines another cluster holds fails in its first step, naming the holder', async (t) => {
  const job = jobOf(folder(t));
  for (const action of ['install', 'redeploy', 'detach']) {
    let ran = false;
    const work = { ...nothing, run: async () => void (ran = true) };
    await assert.rejects(run(claimed(action, job('late', 'sno-cluster1'), [work])), {
      code: 'conflict',
      on: {
        object: 'Cluster/sno-cluster1',
        condition: 'Claimed',
        reason: 'Held',
        message: 'sno-cluster1 cannot have its machines: cluster1-worker-3 is held by cluster1 (active: in the lab file)',
      },
      hint: /labwright lab release cluster1/,
    });
    assert.equal(ran, false);
  }
});

test('of the jobs of two pipelines that want one machine, the second names the job that has it', async (t) => {
  const path = folder(t);
  // As two agents, or one started again, would see it.
  await run([releaseMachines(jobOf(path)('free', 'cluster1'))]);
  await run(claimed('install', jobOf(path)('first', 'sno-cluster1'), [nothing]));
  await assert.rejects(run(claimed('install', jobOf(path)('second', 'cluster1'), [nothing])), {
    message: /cluster1-worker-3 is held by sno-cluster1 \(since .*, job first\)/,
  });
});

test('a job whose claim was released, or claimed anew since, does not begin another step', async (t) => {
  for (const anew of [false, true]) {
    const job = jobOf(folder(t));
    const stale = job('stale', 'cluster1');
    let ran = false;
    const lose: Step<ActionDeps> = {
      ...nothing,
      run: async () => {
        stale.claims.release(plan, 'cluster1', 'root@jumphost');
        if (anew) stale.claims.claim(plan, 'cluster1', 'root@jumphost');
      },
    };
    const later = { ...nothing, id: 'later', run: async () => void (ran = true) };
    await assert.rejects(run(claimed('install', stale, [lose, later])), {
      message: anew ? /cluster1 was claimed anew at .* by root@jumphost/ : /cluster1 was released at .* by root@jumphost/,
    });
    assert.equal(ran, false);
  }
});

const nothing: Step<ActionDeps> = { id: 'work', title: 'Work', limitMs: 1000, run: async () => undefined };

function jobOf(path: string): (job: string, cluster: string) => JobClaim {
  const claims = openClaims(join(path, CLAIMS_FILE));
  return (job, cluster) => ({ plan, claims, followClaim: undefined, job, cluster: plan.clusters.find(({ name }) => name === cluster)! });
}

/** As the engine does: what a step returns is remembered for the next ones. */
async function run(steps: readonly Step<ActionDeps>[]): Promise<void> {
  let memory: Memory = {};
  const { signal } = new AbortController();
  const none = (): void => undefined;
  for (const step of steps) {
    const context = { stepId: step.id, clock: systemClock, signal, memory, log: none, waiting: none, progress: none };
    memory = { ...memory, ...(await step.run({} as ActionDeps, context)) };
  }
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
