import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { serverSentEvents } from '../../src/client/server-sent-events.ts';
import type { JobEvent } from '../../src/contract/agent.ts';
import { runJob, startTestServer } from './test-server.ts';

const setup = await startTestServer({ pageToken: 'a-token-that-nobody-else-knows-of' });
after(() => setup[Symbol.asyncDispose]());
const { url, pageUrl, port } = setup.server;
const cookie = `labwright-${port}=a-token-that-nobody-else-knows-of`;

test('the printed link opens the page and hides its token; without it an account is asked for', async () => {
  const opened = await fetch(pageUrl, { redirect: 'manual' });
  assert.equal(opened.status, 302);
  assert.equal(opened.headers.get('location'), '/');
  assert.match(opened.headers.get('set-cookie') ?? '', /HttpOnly/);
  const stranger = await fetch(url);
  assert.equal(stranger.status, 401);
  assert.match(stranger.headers.get('www-authenticate') ?? '', /^Basic/);
  assert.equal((await fetch(`${url}/?token=guessed`)).status, 401);
  const account = await fetch(url, { headers: { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` } });
  assert.equal(account.status, 200);
});

test('a run’s page shows steps, what they wait for and the log, and stays current until the run ends', async () => {
  const lab = await setup.newLab('pretty');
  const { run } = await lab.createRun({ body: { name: 'daily', lab: 'pretty', jobs: [runJob('install <b>'), runJob('later', { needs: ['install <b>'] })] } });
  const { agentId } = await lab.registerAgent({ body: { lab: 'pretty', instance: randomUUID(), version: '1' } });
  const { lease } = await lab.leaseJob({ params: { agentId }, body: { waitMs: 0 } });
  assert.ok(lease);
  const { jobId } = lease.job;
  const send = async (...events: JobEvent[]): Promise<void> => {
    const sent = events.map((event, seq) => ({ id: randomUUID(), jobId, fence: lease.fence, seq, atMs: 0, event }));
    await lab.sendEvents({ params: { agentId }, body: { events: sent } });
  };
  const on = { object: 'AgentClusterInstall/sno1/sno1', condition: 'Completed', reason: 'InProgress', message: 'finalizing' };
  await send(
    { type: 'job_started' },
    { type: 'steps_planned', steps: [{ id: 'wait', title: 'Install <OpenShift>' }] },
    { type: 'step_started', step: 'wait' },
    { type: 'step_waiting', step: 'wait', on },
    { type: 'step_progress', step: 'wait', percent: 62 },
    { type: 'log', step: 'wait', text: '<script>alert(1)</script>' },
  );
  const page = await (await fetch(`${url}/runs/${run.id}`, { headers: { cookie } })).text();
  for (const part of [
    'install &lt;b&gt;',
    'Install &lt;OpenShift&gt;',
    '62 %',
    'AgentClusterInstall/sno1/sno1 · Completed: InProgress: finalizing',
    'waits for install',
    '&lt;script&gt;alert(1)',
  ]) {
    assert.ok(page.includes(part), part);
  }
  assert.ok(!page.includes('<script>alert'));

  const live = await fetch(`${url}/runs/${run.id}/live`, { headers: { cookie } });
  const seen: string[] = [];
  let last = '';
  const watching = (async () => {
    for await (const message of serverSentEvents(live)) {
      seen.push(message.event);
      if (message.event === 'view') last = message.data;
    }
  })();
  const error = { ...on, reason: 'InstallationFailed', message: 'no bootstrap', step: 'wait', hint: 'read the log of the bootstrap' };
  await send({ type: 'step_ended', step: 'wait', status: 'failure' }, { type: 'job_ended', status: 'failure', error, simulatedMs: 60_000 });
  await watching;
  assert.ok(seen.includes('log') && seen.at(-1) === 'over', seen.join(' '));
  for (const part of ['no bootstrap', 'read the log of the bootstrap', '1 min 00 s simulated', 'skipped']) assert.ok(last.includes(part), part);
  const log = await fetch(`${url}/runs/${run.id}/jobs/${jobId}/log`, { headers: { cookie } });
  assert.equal(await log.text(), '<script>alert(1)</script>\n');
  assert.match(log.headers.get('content-type') ?? '', /^text\/plain/);
});
