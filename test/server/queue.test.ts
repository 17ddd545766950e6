import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RunUpdate } from '../../src/client/follow-run.ts';
import type { JobEvent, Lease, SentEvent } from '../../src/contract/agent.ts';
import { realSleep } from '../../src/util/clock.ts';
import { isLabwrightError } from '../../src/util/errors.ts';
import type { Client } from '../../src/client/create-client.ts';
import { runJob, startTestServer } from './test-server.ts';

const setup = await startTestServer();
after(() => setup[Symbol.asyncDispose]());
const { admin, server } = setup;
const wait = { waitMs: 0 };

test('jobs go to the agent in order, with what earlier ones handed out, and their state is DCI’s too', async () => {
  const lab = await setup.newLab('order');
  const { run } = await lab.createRun({
    body: {
      name: 'daily',
      lab: 'order',
      jobs: [
        runJob('hub1-install', { cluster: 'hub1', componentIds: [setup.componentId], outputs: { kubeconfig: 'kubeconfig' } }),
        runJob('sno1-install', { cluster: 'sno1', needs: ['hub1-install'], inputs: { hub_kubeconfig: { job: 'hub1-install', output: 'kubeconfig' } } }),
      ],
    },
  });
  assert.deepEqual(
    run.jobs.map((job) => job.waitingFor),
    [['waits for an agent of lab order'], ['waits for hub1-install (waiting)']],
  );
  const agentId = await register(lab, 'order');
  const hub = await leased(lab, agentId, 'hub1-install');
  assert.deepEqual(hub.job.components, [{ id: setup.componentId, type: 'ocp', name: 'OpenShift 4.18.1', version: '4.18.1', data: {} }]);
  assert.equal((await lab.leaseJob({ params: { agentId }, body: wait })).lease, null);

  await send(lab, agentId, hub, [
    { type: 'job_started' },
    { type: 'steps_planned', steps: [{ id: 'boot', title: 'Boot hub1' }] },
    { type: 'step_started', step: 'boot' },
    { type: 'step_waiting', step: 'boot', on: { object: 'Host/hub1', condition: 'Booted', reason: 'Booting', message: '2 of 3 hosts' } },
    { type: 'log', step: 'boot', text: 'power on' },
  ]);
  const [running, blocked] = (await lab.getRun({ params: { runId: run.id } })).run.jobs;
  assert.equal(running?.steps[0]?.waitingOn?.message, '2 of 3 hosts');
  assert.deepEqual(blocked?.waitingFor, ['waits for hub1-install (running)']);
  await send(lab, agentId, hub, [
    { type: 'step_ended', step: 'boot', status: 'success' },
    { type: 'output', name: 'kubeconfig', content: 'secret: yes' },
    { type: 'job_ended', status: 'success', error: null, simulatedMs: 3_600_000 },
  ]);

  const sno = await leased(lab, agentId, 'sno1-install');
  assert.deepEqual(sno.job.inputs, { hub_kubeconfig: 'secret: yes' });
  const artefact = await stat(join(setup.dataDir, 'artefacts', 'outputs', hub.job.jobId, 'kubeconfig'));
  assert.equal(artefact.mode & 0o777, 0o600);
  const states = await server.deps.pool.query<{ status: string }>('select status from jobstates where job_id = $1 order by created_at', [hub.job.jobId]);
  assert.deepEqual(
    states.rows.map(({ status }) => status),
    ['new', 'pre-run', 'running', 'post-run', 'success'],
  );
  await send(lab, agentId, sno, [{ type: 'job_started' }, { type: 'job_ended', status: 'success', error: null, simulatedMs: 1 }]);
  assert.equal((await admin.getRun({ params: { runId: run.id } })).run.status, 'success');
  const stored = await server.deps.pool.query('select from run_events where event::text like $1', ['%secret: yes%']);
  assert.equal(stored.rowCount, 0);
});

test('a job that comes after another runs once that has ended, whatever became of it', async () => {
  const lab = await setup.newLab('after');
  const jobs = [runJob('a'), runJob('b', { needs: ['a'] }), runJob('c', { after: ['b'] }), runJob('d', { needs: ['c'] })];
  const { run } = await lab.createRun({ body: { name: 'after', lab: 'after', jobs } });
  const agentId = await register(lab, 'after');
  const a = await leased(lab, agentId, 'a');
  assert.equal((await lab.leaseJob({ params: { agentId }, body: wait })).lease, null);
  const error = { object: 'Host/a', condition: 'Booted', reason: 'Off', message: 'off', step: null, hint: null };
  await send(lab, agentId, a, [{ type: 'job_started' }, { type: 'job_ended', status: 'failure', error, simulatedMs: null }]);
  for (const name of ['c', 'd'])
    await send(lab, agentId, await leased(lab, agentId, name), [
      { type: 'job_started' },
      { type: 'job_ended', status: 'success', error: null, simulatedMs: null },
    ]);
  const ended = (await lab.getRun({ params: { runId: run.id } })).run;
  assert.deepEqual(
    ended.jobs.map(({ status }) => status),
    ['failure', 'skipped', 'success', 'success'],
  );
});

test('after a failure every job behind it is skipped, and the others go on', async () => {
  const lab = await setup.newLab('failure');
  const { run } = await lab.createRun({
    body: { name: 'fails', lab: 'failure', jobs: [runJob('a'), runJob('b', { needs: ['a'] }), runJob('c', { needs: ['b'] }), runJob('d')] },
  });
  const agentId = await register(lab, 'failure');
  const error = {
    object: 'BareMetalHost/sno1/sno1',
    condition: 'Manageable',
    reason: 'RegistrationError',
    message: 'wrong password',
    step: 'boot',
    hint: null,
  };
  await send(lab, agentId, await leased(lab, agentId, 'a'), [{ type: 'job_started' }, { type: 'job_ended', status: 'failure', error, simulatedMs: null }]);
  await send(lab, agentId, await leased(lab, agentId, 'd'), [
    { type: 'job_started' },
    { type: 'job_ended', status: 'success', error: null, simulatedMs: null },
  ]);
  const ended = (await lab.getRun({ params: { runId: run.id } })).run;
  assert.equal(ended.status, 'failure');
  assert.deepEqual(
    ended.jobs.map((job) => [job.name, job.status]),
    [
      ['a', 'failure'],
      ['b', 'skipped'],
      ['c', 'skipped'],
      ['d', 'success'],
    ],
  );
  assert.deepEqual(ended.jobs[0]?.error, error);
});

test('an event delivered twice happens once, and a stale holder is refused', async () => {
  const lab = await setup.newLab('twice');
  await lab.createRun({ body: { name: 'twice', lab: 'twice', jobs: [runJob('a')] } });
  const first = await register(lab, 'twice');
  const lease = await leased(lab, first, 'a');
  const log = eventsOf(lease, [{ type: 'log', step: null, text: 'once' }]);
  for (const _ of [1, 2]) assert.equal((await lab.sendEvents({ params: { agentId: first }, body: { events: log } })).accepted, 1);
  const files = await server.deps.pool.query<{ size: number }>('select size from files where job_id = $1', [lease.job.jobId]);
  assert.deepEqual(files.rows, [{ size: 5 }]);

  await expire(first);
  const second = await register(lab, 'twice');
  const again = await leased(lab, second, 'a');
  assert.equal(again.fence, lease.fence + 1);
  const late = await lab.sendEvents({ params: { agentId: first }, body: { events: eventsOf(lease, [{ type: 'job_started' }]) } });
  assert.deepEqual(
    late.refused.map(({ reason }) => reason),
    ['lease_lost'],
  );
  const beat = await lab.heartbeat({ params: { agentId: first }, body: { leases: [{ jobId: lease.job.jobId, fence: lease.fence }] } });
  assert.deepEqual(beat, { state: 'standby', cancel: [], lost: [lease.job.jobId] });
  await send(lab, second, again, [{ type: 'job_started' }, { type: 'job_ended', status: 'success', error: null, simulatedMs: null }]);
});

test('output that no database text can hold does not stop the delivery', async () => {
  const lab = await setup.newLab('binary');
  const { run } = await lab.createRun({ body: { name: 'binary', lab: 'binary', jobs: [runJob('a')] } });
  const agentId = await register(lab, 'binary');
  const lease = await leased(lab, agentId, 'a');
  const on = { object: 'x\0', condition: 'y', reason: 'z', message: 'half \ud83d' };
  await send(lab, agentId, lease, [
    { type: 'job_started' },
    { type: 'steps_planned', steps: [{ id: 's', title: 'S' }] },
    { type: 'log', step: null, text: 'a\0b \ud83d' },
    { type: 'step_waiting', step: 's', on },
    { type: 'output', name: 'blob', content: 'kept\0as it is' },
    { type: 'job_ended', status: 'failure', error: { ...on, step: 's', hint: null }, simulatedMs: null },
  ]);
  const [job] = (await lab.getRun({ params: { runId: run.id } })).run.jobs;
  assert.deepEqual([job?.status, job?.error?.object, job?.error?.message], ['failure', 'x\ufffd', 'half \ufffd']);
  assert.equal(await server.deps.artefacts.readText(`outputs/${lease.job.jobId}/blob`), 'kept\0as it is');
});

test('the tests of a JUnit file that a job keeps are counted once, also when the file comes again', async () => {
  const lab = await setup.newLab('junit');
  await lab.createRun({ body: { name: 'policies', lab: 'junit', jobs: [runJob('a')] } });
  const agentId = await register(lab, 'junit');
  const lease = await leased(lab, agentId, 'a');
  const failed = '<testcase classname="sno1" name="q" time="1"><failure type="NonCompliant" message="no"/></testcase>';
  const content = `<testsuite name="policies"><testcase classname="sno1" name="p" time="60"/>${failed}</testsuite>`;
  const file = { type: 'file', name: 'policies.xml', mime: 'application/junit', content } as const;
  await send(lab, agentId, lease, [{ type: 'job_started' }, file, file, { type: 'job_ended', status: 'success', error: null, simulatedMs: 1 }]);
  const { rows } = await server.deps.pool.query('select name, total, success, failures, time from tests_results where job_id = $1', [lease.job.jobId]);
  assert.deepEqual(rows, [{ name: 'policies.xml', total: 2, success: 1, failures: 1, time: 61 }]);
});

test('an agent that comes back has its jobs at once, and may still deliver what it had spooled', async () => {
  const lab = await setup.newLab('back');
  await lab.createRun({ body: { name: 'comes back', lab: 'back', jobs: [runJob('a')] } });
  const instance = randomUUID();
  const agentId = await register(lab, 'back', instance);
  const lease = await leased(lab, agentId, 'a');
  await send(lab, agentId, lease, [{ type: 'job_started' }]);
  const standby = await lab.registerAgent({ body: { lab: 'back', instance: randomUUID(), version: '1' } });
  assert.equal(standby.state, 'standby');
  assert.equal(await register(lab, 'back', instance), agentId);
  assert.equal((await lab.leaseJob({ params: { agentId: standby.agentId }, body: wait })).lease, null);
  const again = await leased(lab, agentId, 'a');
  assert.equal(again.fence, lease.fence + 1);
  await send(lab, agentId, lease, [{ type: 'log', step: null, text: 'spooled before the crash' }]);
  await send(lab, agentId, again, [{ type: 'job_ended', status: 'success', error: null, simulatedMs: null }]);
});

test('a poll of a process that is gone gets nothing once the next process has registered', async () => {
  const lab = await setup.newLab('gone');
  const instance = randomUUID();
  const agentId = await register(lab, 'gone', instance);
  const registered = await seenAt(agentId);
  const old = lab.leaseJob({ params: { agentId }, body: { waitMs: 30_000 } });
  while ((await seenAt(agentId)) === registered) await realSleep(5); // Its first look is over.
  await register(lab, 'gone', instance);
  await lab.createRun({ body: { name: 'gone', lab: 'gone', jobs: [runJob('a')] } });
  const lease = await leased(lab, agentId, 'a');
  assert.equal((await old).lease, null);
  await send(lab, agentId, lease, [{ type: 'job_ended', status: 'success', error: null, simulatedMs: null }]);
});

test('a cancelled run ends its waiting jobs and tells the agent of the running one', async () => {
  const lab = await setup.newLab('cancel');
  const { run } = await lab.createRun({ body: { name: 'cancelled', lab: 'cancel', jobs: [runJob('a'), runJob('b', { needs: ['a'] }), runJob('c')] } });
  const agentId = await register(lab, 'cancel');
  const lease = await leased(lab, agentId, 'a');
  await admin.cancelRun({ params: { runId: run.id }, body: { reason: 'wrong lab' } });
  const beat = await lab.heartbeat({ params: { agentId }, body: { leases: [{ jobId: lease.job.jobId, fence: lease.fence }] } });
  assert.deepEqual(beat, { state: 'active', cancel: [lease.job.jobId], lost: [] });
  await send(lab, agentId, lease, [{ type: 'job_ended', status: 'killed', error: null, simulatedMs: null }]);
  const { jobs } = (await lab.getRun({ params: { runId: run.id } })).run;
  assert.deepEqual(
    jobs.map((job) => job.status),
    ['killed', 'killed', 'killed'],
  );
});

test('two jobs of one cluster never run at the same time', async () => {
  const lab = await setup.newLab('cluster');
  const jobs = [runJob('one', { cluster: 'sno1' }), runJob('two', { cluster: 'sno1' })];
  const { run } = await lab.createRun({ body: { name: 'cluster', lab: 'cluster', jobs } });
  const agentId = await register(lab, 'cluster');
  const one = await leased(lab, agentId, 'one');
  assert.equal((await lab.leaseJob({ params: { agentId }, body: wait })).lease, null);
  assert.deepEqual((await lab.getRun({ params: { runId: run.id } })).run.jobs[1]?.waitingFor, [`waits for cluster sno1, held by one of run ${run.id}`]);
  await send(lab, agentId, one, [{ type: 'job_ended', status: 'success', error: null, simulatedMs: null }]);
  await send(lab, agentId, await leased(lab, agentId, 'two'), [{ type: 'job_ended', status: 'success', error: null, simulatedMs: null }]);
});

test('a run can be followed from any event to its end', async () => {
  const lab = await setup.newLab('follow');
  const { run } = await lab.createRun({ body: { name: 'followed', lab: 'follow', jobs: [runJob('a')] } });
  const agentId = await register(lab, 'follow');
  const updates: RunUpdate[] = [];
  const following = (async () => {
    for await (const update of lab.followRun(run.id, AbortSignal.timeout(60_000))) updates.push(update);
  })();
  const lease = await leased(lab, agentId, 'a');
  await send(lab, agentId, lease, [{ type: 'job_started' }, { type: 'log', step: null, text: 'hello' }]);
  await send(lab, agentId, lease, [{ type: 'job_ended', status: 'success', error: null, simulatedMs: null }]);
  await following;
  assert.deepEqual(typesOf(updates), ['job_started', 'log', 'job_ended']);
  const last = updates.at(-1);
  assert.ok(last?.type === 'run_ended');
  assert.equal(last.run.status, 'success');
  const resumed: RunUpdate[] = [];
  for await (const update of lab.followRun(run.id, AbortSignal.timeout(60_000), 2)) resumed.push(update);
  assert.deepEqual(typesOf(resumed), ['job_ended']);
});

test('a waiting poll gets a job as soon as there is one', async () => {
  const lab = await setup.newLab('poll');
  const agentId = await register(lab, 'poll');
  const poll = lab.leaseJob({ params: { agentId }, body: { waitMs: 30_000 } });
  await lab.createRun({ body: { name: 'wakes', lab: 'poll', jobs: [runJob('a')] } });
  const { lease } = await poll;
  assert.ok(lease);
  await send(lab, agentId, lease, [{ type: 'job_ended', status: 'success', error: null, simulatedMs: null }]);
});

test('a run with a need that does not exist, or of an unknown lab, is refused and nothing is kept', async () => {
  const lab = await setup.newLab('refuse');
  const before = (await lab.listRuns({})).runs.length;
  await assert.rejects(lab.createRun({ body: { name: 'x', lab: 'refuse', jobs: [runJob('a'), runJob('b', { needs: ['z'] })] } }), /b needs z/);
  const unknown = lab.createRun({ body: { name: 'x', lab: 'other', jobs: [runJob('a')] } });
  await assert.rejects(unknown, (error) => isLabwrightError(error) && error.code === 'not_found');
  assert.equal((await lab.listRuns({})).runs.length, before);
});

test('a body that is too large is refused, with or without its length', async () => {
  const { url } = server;
  const headers = { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`, 'content-type': 'application/json' };
  const body = Buffer.alloc(21 * 1024 * 1024, ' ');
  const known = await fetch(`${url}/api/v1/teams`, { method: 'POST', headers, body });
  assert.equal(known.status, 413);
  const stream = new Blob([body]).stream();
  const unknown = await fetch(`${url}/api/v1/teams`, { method: 'POST', headers, body: stream, duplex: 'half' });
  assert.equal(unknown.status, 413);
});

async function register(lab: Client, name: string, instance: string = randomUUID()): Promise<string> {
  return (await lab.registerAgent({ body: { lab: name, instance, version: '1' } })).agentId;
}

async function leased(lab: Client, agentId: string, name: string): Promise<Lease> {
  const { lease } = await lab.leaseJob({ params: { agentId }, body: wait });
  assert.equal(lease?.job.name, name);
  return lease;
}

let seq = 0;
function eventsOf(lease: Lease, events: readonly JobEvent[]): SentEvent[] {
  return events.map((event) => ({ id: randomUUID(), jobId: lease.job.jobId, fence: lease.fence, seq: seq++, atMs: Date.now(), event }));
}

async function send(lab: Client, agentId: string, lease: Lease, events: readonly JobEvent[]): Promise<void> {
  const answer = await lab.sendEvents({ params: { agentId }, body: { events: eventsOf(lease, events) } });
  assert.deepEqual(answer.refused, []);
}

async function seenAt(agentId: string): Promise<number | undefined> {
  const { rows } = await server.deps.pool.query<{ seen_at: Date }>('select seen_at from agents where id = $1', [agentId]);
  return rows[0]?.seen_at.getTime();
}

/** As if the agent had been silent for longer than a lease's term. */
async function expire(agentId: string): Promise<void> {
  await server.deps.pool.query(`update agents set seen_at = now() - interval '1 hour' where id = $1`, [agentId]);
  await server.deps.pool.query(`update run_jobs set lease_expires_at = now() - interval '1 hour' where agent_id = $1 and status in ('leased', 'running')`, [
    agentId,
  ]);
}

function typesOf(updates: readonly RunUpdate[]): readonly string[] {
  return updates.flatMap((update) => (update.type === 'event' ? [update.sent.event.type] : []));
}
