import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { JobEvent } from '../contract/agent.ts';
import { fakeClock } from '../util/clock.ts';
import { newUuid } from '../util/ids.ts';
import { StepFailed } from '../util/step-failed.ts';
import type { Step, WaitingOn } from '../util/step.ts';
import { createEmbeddedEngine } from './embedded-engine.ts';
import { Journal } from './journal.ts';
import type { JournaledEvent, RunPlan } from './run-engine.ts';

const runId = newUuid();
const on: WaitingOn = { object: 'ClusterInstance/sno1/sno1', condition: 'Provisioned', reason: 'InProgress', message: 'host is booting' };

test('after the journal is reopened ended steps are skipped and the one that stopped in the middle runs again', async (t) => {
  const folder = tempFolder(t);
  const ran: string[] = [];
  const stop = new AbortController();
  const first = step('first', async () => (ran.push('first'), { uid: 'u1' }));
  const stopped = step('second', async () => {
    ran.push('second');
    stop.abort(new Error('lease lost'));
    throw new Error('gone');
  });
  const again = step('second', async (_, context) => void ran.push(`second ${JSON.stringify(context.memory['uid'])}`));
  const before = new Journal(join(folder, 'spool.db'));
  await assert.rejects(createEmbeddedEngine(before).start(plan([first, stopped], { signal: stop.signal })), /lease lost/);
  before.close();

  const journal = open(t, folder);
  const state = await createEmbeddedEngine(journal).start(plan([first, again]));
  assert.equal(state.status, 'success');
  assert.deepEqual(ran, ['first', 'second', 'second "u1"']);
});

test('events are journaled before they are handed on, match the contract, and are read from a number', async (t) => {
  const journal = open(t, tempFolder(t));
  const engine = createEmbeddedEngine(journal);
  const heard: JournaledEvent[] = [];
  const onEvent = (event: JournaledEvent): void => {
    assert.deepEqual(journal.events(runId, event.seq - 1), [event]);
    heard.push(event);
  };
  const only = step('only', async (_, context) => {
    context.waiting(on);
    context.progress(40);
    context.log('a line');
  });
  await engine.start(plan([only], { onEvent }));
  assert.deepEqual(
    heard.map(({ event }) => JobEvent.parse(event).type),
    ['job_started', 'steps_planned', 'step_started', 'step_waiting', 'step_progress', 'log', 'step_ended', 'job_ended'],
  );
  assert.deepEqual(engine.history(runId, 5), heard.slice(5));
});

test('a step past its limit fails with what it waited for', async (t) => {
  const clock = fakeClock();
  const hung = step('hung', async (_, context) => {
    context.waiting(on);
    const slept = context.clock.sleep(3_600_000, context.signal);
    queueMicrotask(() => queueMicrotask(() => clock.advance(60_000)));
    await slept;
  });
  const state = await createEmbeddedEngine(open(t, tempFolder(t))).start(plan([hung], { clock }));
  assert.ok(state.status === 'failure');
  assert.deepEqual(state.error, { ...on, step: 'hung', hint: 'the limit of 60 s passed; look at ClusterInstance/sno1/sno1' });
});

test('cancel aborts the running step and kills the job', async (t) => {
  const engine = createEmbeddedEngine(open(t, tempFolder(t)));
  const hung = step('hung', async (_, context) => {
    queueMicrotask(() => engine.cancel(runId, 'asked by ann'));
    await context.clock.sleep(3_600_000, context.signal);
  });
  const state = await engine.start(plan([hung, step('never', async () => assert.fail('ran'))]));
  assert.ok(state.status === 'killed');
  assert.equal(state.error.message, 'asked by ann');
  assert.deepEqual(
    state.steps.map(({ status }) => status),
    ['cancelled', 'pending'],
  );
});

test('StepFailed becomes the job’s error, and a secret in it, in a line or in memory never reaches the journal', async (t) => {
  const folder = tempFolder(t);
  const secret = 'hunter2-hunter2';
  const tells = step('tells', async (_, context) => {
    context.log(`uses ${secret}`);
    context.waiting({ ...on, message: secret });
    return { note: secret };
  });
  const fails = step('fails', async () => {
    throw new StepFailed('refused', { ...on, message: `no ${secret}` }, { hint: 'try another' });
  });
  const state = await createEmbeddedEngine(open(t, folder)).start(plan([tells, fails], { secrets: [secret] }));
  assert.ok(state.status === 'failure');
  assert.deepEqual(state.error, { ...on, message: 'no «redacted»', step: 'fails', hint: 'try another' });
  for (const name of ['spool.db', 'spool.db-wal']) assert.ok(!readFileSync(join(folder, name)).includes(secret), name);
});

test('a database of a newer version is refused', (t) => {
  const path = join(tempFolder(t), 'spool.db');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  assert.throws(() => new Journal(path), { code: 'conflict' });
});

test('a process killed with -9 in the middle of a step is resumed; each ended step took effect once', async (t) => {
  const folder = tempFolder(t);
  const program = join(import.meta.dirname, 'killed-run.ts');
  const child = spawn(process.execPath, [program, folder, runId, 'hang'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const resumed = spawnSync(process.execPath, [program, folder, runId, 'finish'], { encoding: 'utf8' });
  assert.equal(resumed.stdout, 'success\n');
  assert.deepEqual(readFileSync(join(folder, 'effects'), 'utf8').trim().split('\n'), ['one', 'two', 'three', 'three', 'four']);
});

function step(id: string, run: Step<undefined>['run']): Step<undefined> {
  return { id, title: id, limitMs: 60_000, run };
}

function plan(steps: readonly Step<undefined>[], changes: Partial<RunPlan<undefined>> = {}): RunPlan<undefined> {
  const signal = new AbortController().signal;
  return {
    runId,
    name: 'job',
    steps,
    deps: undefined,
    clock: fakeClock(),
    memory: {},
    secrets: [],
    simulated: true,
    signal,
    onEvent: () => undefined,
    ...changes,
  };
}

function tempFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'labwright-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(t: TestContext, folder: string): Journal {
  const journal = new Journal(join(folder, 'spool.db'));
  t.after(() => journal.close());
  return journal;
}
