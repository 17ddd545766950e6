import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { createClient } from '../../src/client/create-client.ts';
import type { RunUpdate } from '../../src/client/follow-run.ts';
import type { JobEvent, SentEvent } from '../../src/contract/agent.ts';
import { openDatabase } from '../../src/db/database.ts';
import { ensureLab } from '../../src/server/bootstrap/ensure-bootstrap.ts';
import { ensureTopic } from '../../src/server/bootstrap/ensure-catalogue.ts';
import { realSleep } from '../../src/util/clock.ts';
import { isLabwrightError } from '../../src/util/errors.ts';
import { createLog } from '../../src/util/log.ts';
import { makeTemporaryFolder } from '../../src/util/temporary-folder.ts';
import { runJob } from './test-server.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const lines = 400;

test('kill -9 of the server in the middle of a run loses nothing and repeats nothing', async () => {
  await using folder = await makeTemporaryFolder('lw-server-');
  const { child, port } = await startChild(folder.path, 0);
  let current = child;
  const database = await openDatabase(
    { log: createLog('test') },
    { url: `postgresql://labwright@localhost/postgres?host=${encodeURIComponent(join(folder.path, 'pg', 'run'))}` },
  );
  try {
    const lab = await ensureLab(database, { name: 'pretty', team: 'labs' });
    await ensureTopic(database, { name: 'OCP-4.18', componentTypes: [], teamIds: [lab.teamId] });
    const client = createClient({ url: `http://127.0.0.1:${port}`, credentials: { kind: 'remoteci', id: lab.remoteciId, secret: lab.apiSecret } });
    const { run } = await client.createRun({ body: { name: 'daily', lab: 'pretty', jobs: [runJob('a'), runJob('b', { needs: ['a'] })] } });
    const { agentId } = await client.registerAgent({ body: { lab: 'pretty', instance: randomUUID(), version: '1' } });
    const { lease } = await client.leaseJob({ params: { agentId }, body: { waitMs: 0 } });
    assert.ok(lease);
    const updates: RunUpdate[] = [];
    const following = (async () => {
      for await (const update of client.followRun(run.id, AbortSignal.timeout(120_000))) updates.push(update);
    })();
    following.catch(() => undefined);

    let seq = 0;
    const sent = (event: JobEvent): SentEvent => ({ id: randomUUID(), jobId: lease.job.jobId, fence: lease.fence, seq: seq++, atMs: Date.now(), event });
    // As an agent delivers: in order, the same events again until the server has taken them.
    const deliver = async (events: readonly SentEvent[]): Promise<void> => {
      for (;;) {
        try {
          assert.deepEqual((await client.sendEvents({ params: { agentId }, body: { events: [...events] } })).refused, []);
          return;
        } catch (error) {
          if (!(isLabwrightError(error) && error.code === 'unreachable')) throw error;
          await realSleep(20);
        }
      }
    };
    await deliver([sent({ type: 'job_started' })]);
    let delivered = 0;
    const delivering = (async () => {
      for (; delivered < lines; delivered++) await deliver([sent({ type: 'log', step: null, text: `line ${delivered}` })]);
    })();
    for (const enough of [lines / 5, lines / 2]) {
      await until(() => delivered >= enough);
      current.kill('SIGKILL');
      await once(current, 'exit');
      current = (await startChild(folder.path, port)).child;
    }
    await delivering;
    const beat = await client.heartbeat({ params: { agentId }, body: { leases: [{ jobId: lease.job.jobId, fence: lease.fence }] } });
    assert.deepEqual(beat, { state: 'active', cancel: [], lost: [] });
    await deliver([sent({ type: 'job_ended', status: 'success', error: null, simulatedMs: null })]);
    const next = await client.leaseJob({ params: { agentId }, body: { waitMs: 5000 } });
    assert.equal(next.lease?.job.name, 'b');
    await client.cancelRun({ params: { runId: run.id }, body: { reason: 'seen enough' } });
    const killed: SentEvent = { ...sent({ type: 'job_ended', status: 'killed', error: null, simulatedMs: null }), jobId: next.lease.job.jobId };
    await deliver([killed]);
    await following;

    const logs = updates.flatMap((update) => (update.type === 'event' && update.sent.event.type === 'log' ? [update.sent.event.text] : []));
    assert.deepEqual(
      logs,
      Array.from({ length: lines }, (_, index) => `line ${index}`),
    );
    const { rows } = await database.pool.query<{ size: number }>(`select size from files where job_id = $1`, [lease.job.jobId]);
    assert.deepEqual(rows, [{ size: logs.join('\n').length + 1 }]);
  } finally {
    await database[Symbol.asyncDispose]();
    current.kill('SIGTERM');
    await once(current, 'exit');
  }
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await realSleep(5);
}

async function startChild(dataDir: string, port: number): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const env = { ...process.env, DATABASE_URL: undefined, LABWRIGHT_LOG: 'fatal' };
  const child = spawn(process.execPath, [main, 'server', '--data', dataDir, '--port', String(port)], { stdio: ['ignore', 'pipe', 'inherit'], env });
  for await (const line of createInterface(child.stdout)) {
    const [, found] = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(line) ?? [];
    if (found !== undefined) return { child, port: Number(found) };
  }
  throw new Error('the server ended before it listened');
}
