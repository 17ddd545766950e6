import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { createClient, type Client } from '../../src/client/create-client.ts';
import type { Lease } from '../../src/contract/agent.ts';
import { ensureLab } from '../../src/server/bootstrap/ensure-bootstrap.ts';
import { startServer, type RunningServer } from '../../src/server/start-server.ts';
import { makeTemporaryFolder } from '../../src/util/temporary-folder.ts';
import { runJob, startTestServer } from './test-server.ts';

const stack = new AsyncDisposableStack();
after(() => stack.disposeAsync());
const first = stack.use(await startTestServer());
const folder = stack.use(await makeTemporaryFolder('lw-server-'));
const socket = encodeURIComponent(String(first.server.database.pool.options.host));
const second: RunningServer = await startServer({ dataDir: folder.path, port: 0, databaseUrl: `postgresql://labwright@localhost/postgres?host=${socket}` });
stack.defer(() => second.close());

test('two servers on one database never give a job twice, nor two jobs of one cluster at a time', async () => {
  const { remoteciId, apiSecret } = await ensureLab(second.deps, { name: 'pretty', team: 'labs' });
  const credentials = { kind: 'remoteci', id: remoteciId, secret: apiSecret } as const;
  const clients = [first.server, second].map(({ url }) => createClient({ url, credentials }));
  const [client] = clients as [Client, Client];
  const { agentId } = await client.registerAgent({ body: { lab: 'pretty', instance: randomUUID(), version: '1' } });
  const jobs = Array.from({ length: 40 }, (_, index) => runJob(`job-${index}`, { cluster: `cluster-${index % 7}` }));
  const { run } = await client.createRun({ body: { name: 'many', lab: 'pretty', jobs } });

  const held = new Set<string>();
  const leases: Lease[] = [];
  const worker = async (own: Client, other: Client): Promise<void> => {
    while (leases.length < jobs.length) {
      const { lease } = await own.leaseJob({ params: { agentId }, body: { waitMs: 0 } });
      if (!lease) continue;
      leases.push(lease);
      const cluster = lease.job.cluster ?? '';
      assert.ok(!held.has(cluster), `${lease.job.name}: ${cluster} is held`);
      held.add(cluster);
      // The answer may come from either server: nothing about a job is kept in one of them.
      await own.heartbeat({ params: { agentId }, body: { leases: [{ jobId: lease.job.jobId, fence: lease.fence }] } });
      held.delete(cluster);
      const event = { type: 'job_ended', status: 'success', error: null, simulatedMs: null } as const;
      const sent = { id: randomUUID(), jobId: lease.job.jobId, fence: lease.fence, seq: 1, atMs: 0, event };
      assert.deepEqual(await other.sendEvents({ params: { agentId }, body: { events: [sent] } }), { accepted: 1, refused: [] });
    }
  };
  const [a, b] = clients as [Client, Client];
  await Promise.all([worker(a, b), worker(b, a), worker(a, b), worker(b, a)]);
  assert.equal(new Set(leases.map(({ job }) => job.jobId)).size, jobs.length);
  assert.deepEqual(new Set(leases.map(({ fence }) => fence)), new Set([1]));
  const ended = await second.deps.pool.query('select from run_jobs where run_id = $1 and status = $2', [run.id, 'success']);
  assert.equal(ended.rowCount, jobs.length);
});

test('a poll at one server wakes for a run made at the other', async () => {
  const { remoteciId, apiSecret } = await ensureLab(second.deps, { name: 'other', team: 'labs' });
  const credentials = { kind: 'remoteci', id: remoteciId, secret: apiSecret } as const;
  const [a, b] = [first.server, second].map(({ url }) => createClient({ url, credentials })) as [Client, Client];
  const { agentId } = await a.registerAgent({ body: { lab: 'other', instance: randomUUID(), version: '1' } });
  const poll = b.leaseJob({ params: { agentId }, body: { waitMs: 30_000 } });
  await a.createRun({ body: { name: 'wakes', lab: 'other', jobs: [runJob('a')] } });
  assert.equal((await poll).lease?.job.name, 'a');
});
