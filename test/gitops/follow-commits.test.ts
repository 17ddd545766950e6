// A commit becomes a component and a job for exactly that commit: by webhook, and by looking now and then.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Lease } from '../../src/contract/agent.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../../src/util/temporary-folder.ts';
import { labwright } from '../cli/labwright.ts';
import { startTestServer, type TestServer } from '../server/test-server.ts';
import { followedLab, type FollowedLab } from './followed-lab.ts';

let setup: TestServer;
let folder: TemporaryFolder;
let lab: FollowedLab;
let agentId: string;
before(async () => {
  setup = await startTestServer();
  folder = await makeTemporaryFolder('lw-commits-');
  lab = await followedLab(setup, folder.path);
  agentId = await lab.register();
});
after(async () => {
  await lab.close();
  await folder[Symbol.asyncDispose]();
  await setup[Symbol.asyncDispose]();
});

/** The next job, and its end, so that another one of the cluster may follow. */
async function next(waitMs = 20_000): Promise<Lease | null> {
  const { lease } = await lab.client.leaseJob({ params: { agentId }, body: { waitMs } });
  if (lease) {
    const event = { type: 'job_ended', status: 'success', error: null, simulatedMs: null } as const;
    const sent = { id: crypto.randomUUID(), jobId: lease.job.jobId, fence: lease.fence, seq: 1, atMs: Date.now(), event };
    assert.deepEqual((await lab.client.sendEvents({ params: { agentId }, body: { events: [sent] } })).refused, []);
  }
  return lease;
}

const commitOf = (lease: Lease | null): string | undefined => lease?.job.components.find(({ type }) => type === 'gitops-sites')?.version;

test('the commit a branch ends in gets a job for exactly that commit, each later one another, and none a second one', async () => {
  const first = await lab.push('one');
  const following = lab.follow({ everyMs: 60_000 });
  const lease = await next();
  assert.equal(commitOf(lease), first);
  assert.deepEqual([lease?.job.cluster, lease?.job.sitesRepo?.url], ['sno1', 'https://git.test.lab/sites.git']);
  assert.deepEqual(
    lease?.job.components.map(({ type }) => type),
    ['gitops-sites', 'ocp'],
  );

  const second = await lab.push('two');
  assert.equal(await lab.hook('the secret of another server'), 401);
  assert.equal(await next(300), null, 'nobody who is believed has said anything');
  assert.equal(await lab.hook(), 202);
  assert.equal(commitOf(await next()), second);
  assert.equal(await lab.hook(), 202);
  assert.equal(await next(300), null);
  await following.stop();

  // Started again, as after a crash: what had its run has had it.
  const again = lab.follow({ everyMs: 50 });
  assert.equal(await next(1000), null);
  const third = await lab.push('three');
  assert.equal(commitOf(await next()), third, 'found without a webhook');
  await again.stop();
});

test('a pipeline that names no repository cannot be followed, and is refused before anything starts', () => {
  const { status, stdout, stderr } = labwright('up', '--lab', 'examples/pretty-lab', '--follow', 'examples/pretty-lab/mno-daily.yml');
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /no job of mno-daily has implementation: gitops\nhint: /);
});
