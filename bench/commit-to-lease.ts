// From a commit that was seen to its job in an agent's hands (target: 1 s): npm run bench -- commit-to-lease
import { followedLab } from '../test/gitops/followed-lab.ts';
import { startTestServer } from '../test/server/test-server.ts';
import { makeTemporaryFolder } from '../src/util/temporary-folder.ts';

await using setup = await startTestServer();
await using folder = await makeTemporaryFolder('lw-commit-bench-');
const lab = await followedLab(setup, folder.path);
const agentId = await lab.register();
let seenMs = 0;
const following = lab.follow({ everyMs: 60_000, onSeen: () => (seenMs = performance.now()) });
for (let round = 1; round <= 5; round++) {
  const lease = lab.client.leaseJob({ params: { agentId }, body: { waitMs: 30_000 } });
  const revision = await lab.push(`commit ${round}`);
  const pushedMs = performance.now();
  await lab.hook();
  let leased = (await lease).lease;
  const leasedMs = performance.now();
  const version = leased?.job.components.find(({ type }) => type === 'gitops-sites')?.version;
  const what = version === revision ? '' : ' (the commit before it)';
  console.log(
    `commit ${round}${what}: seen → job leased ${(leasedMs - seenMs).toFixed(0)} ms (target 1000 ms), pushed → job leased ${(leasedMs - pushedMs).toFixed(0)} ms`,
  );
  while (leased) {
    const event = { type: 'job_ended', status: 'success', error: null, simulatedMs: null } as const;
    const sent = { id: crypto.randomUUID(), jobId: leased.job.jobId, fence: leased.fence, seq: 1, atMs: Date.now(), event };
    await lab.client.sendEvents({ params: { agentId }, body: { events: [sent] } });
    leased = version === revision ? null : (await lab.client.leaseJob({ params: { agentId }, body: { waitMs: 2000 } })).lease;
  }
}
await following.stop();
await lab.close();
