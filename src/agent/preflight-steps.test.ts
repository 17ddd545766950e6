import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionDeps } from '../hub/action.ts';
import type { CheckReport } from '../machines/preflight/check-lab.ts';
import { examplePlan } from '../render/example-plan.test-data.ts';
import { fakeClock, realSleep, systemClock } from '../util/clock.ts';
import { isLabwrightError } from '../util/errors.ts';
import type { Step } from '../util/step.ts';
import { WATCH_MS, withPreflight } from './preflight-steps.ts';

const cluster = examplePlan.clusters[0]!;
const server = examplePlan.machines.find(({ name }) => name === cluster.nodes[0]!.machine)!.server;
const finding = { id: 'NET-MTU', severity: 'error', on: server, message: 'br0 has MTU 1400', evidence: 'ip link', fix: 'set it' } as const;

test('an error on a host of the cluster ends the job before its first step; the report is kept', async () => {
  const job = run([finding]);
  await assert.rejects(job.done, (error) => isLabwrightError(error) && error.message.startsWith(`${server} Preflight: NET-MTU`) && error.hint === 'set it');
  assert.deepEqual(job.did, ['claim-machines']);
  assert.deepEqual(Object.keys(job.files), ['preflight-before.json']);
  assert.equal((JSON.parse(job.files['preflight-before.json']!) as CheckReport).findings[0]?.id, 'NET-MTU');
  assert.ok(job.lines.includes(`error NET-MTU ${server}: br0 has MTU 1400`));
});

test('warnings, other servers and other clusters do not hold a job up', async () => {
  const job = run([
    { ...finding, severity: 'warning' },
    { ...finding, on: 'elsewhere' },
    { ...finding, cluster: 'another' },
  ]);
  await job.done;
  assert.deepEqual(job.did, ['claim-machines', 'install']);
  assert.deepEqual(Object.keys(job.files), ['preflight-before.json', 'preflight-after.json']);
});

test('when a step fails, the lab is looked at once more, and the step’s own error stays', async () => {
  const job = run([], { failing: true });
  await assert.rejects(job.done, /the installer gave up/);
  assert.deepEqual(Object.keys(job.files), ['preflight-before.json', 'preflight-failed.json']);
});

test('while a step goes on the lab is looked at again; only what is new is told and kept', async () => {
  const clock = fakeClock();
  const [files, lines]: [Record<string, string>, string[]] = [{}, []];
  const answers = [[], [], [finding], [finding], []];
  let looks = 0;
  const check = async (): Promise<CheckReport> => report(answers[looks++]!);
  const ended = Promise.withResolvers<void>();
  const steps = withPreflight(check, examplePlan, { action: 'install', cluster: cluster.name }, [step('claim-machines'), step('install', () => ended.promise)]);
  await steps[1]!.run(deps(files), { ...context(lines), clock });
  const installing = steps[2]!.run(deps(files), { ...context(lines), clock });
  const until = async (count: number): Promise<void> => {
    for (let turn = 0; turn < 1000; turn++) {
      if (looks === count) break;
      await realSleep(1);
    }
    await realSleep(1); // What was seen is told.
  };
  clock.advance(WATCH_MS);
  await until(2);
  assert.equal(files['preflight-during.json'], undefined);
  clock.advance(WATCH_MS);
  await until(3);
  assert.equal((JSON.parse(files['preflight-during.json']!) as CheckReport).findings[0]?.id, 'NET-MTU');
  clock.advance(WATCH_MS);
  await until(4);
  ended.resolve();
  await installing;
  assert.equal(lines.filter((line) => line.startsWith('error NET-MTU')).length, 1);
  clock.advance(10 * WATCH_MS);
  await realSleep(1);
  assert.equal(looks, 4);
});

test('the lab is checked as the claim makes it, and not at all where nothing has to work', async () => {
  const seen: boolean[] = [];
  const inactive = { ...examplePlan, clusters: examplePlan.clusters.map((one) => ({ ...one, active: false })) };
  const check = async (plan: typeof examplePlan): Promise<CheckReport> => {
    seen.push(plan.clusters[0]!.active);
    return report([]);
  };
  const steps = [step('claim-machines'), step('install')];
  for (const one of withPreflight(check, inactive, { action: 'install', cluster: cluster.name }, steps)) await one.run(deps({}), context([]));
  assert.deepEqual(seen, [true, true]);
  assert.equal(withPreflight(check, inactive, { action: 'detach', cluster: cluster.name }, steps), steps);
  assert.equal(withPreflight(undefined, inactive, { action: 'install', cluster: cluster.name }, steps), steps);
});

function run(findings: CheckReport['findings'], options: { readonly failing?: boolean } = {}) {
  const did: string[] = [];
  const files: Record<string, string> = {};
  const lines: string[] = [];
  const install = step('install', async () => {
    did.push('install');
    if (options.failing) throw new Error('the installer gave up');
  });
  const steps = withPreflight(async () => report(findings), examplePlan, { action: 'install', cluster: cluster.name }, [
    step('claim-machines', async () => void did.push('claim-machines')),
    install,
  ]);
  const done = (async () => {
    for (const one of steps) await one.run(deps(files), context(lines));
  })();
  return { did, files, lines, done };
}

function report(findings: CheckReport['findings']): CheckReport {
  return { lab: examplePlan.lab, ok: findings.length === 0, findings, unchecked: [] };
}

function step(id: string, act: () => Promise<void> = async () => undefined): Step<ActionDeps> {
  return { id, title: id, limitMs: 1000, run: act };
}

function deps(files: Record<string, string>): ActionDeps {
  const evidence = async (name: string, content: string): Promise<void> => void (files[name] = content);
  return { evidence } as Partial<ActionDeps> as ActionDeps;
}

function context(lines: string[]) {
  const { signal } = new AbortController();
  return {
    stepId: 'job/step',
    clock: systemClock,
    signal,
    memory: {},
    log: (line: string) => void lines.push(line),
    waiting: () => undefined,
    progress: () => undefined,
  };
}
