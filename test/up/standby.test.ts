// Two agents for one lab: the second stands by, and takes over when the first is not heard of any more.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ensureLab } from '../../src/server/bootstrap/ensure-bootstrap.ts';
import { startServer } from '../../src/server/start-server.ts';
import { packageRoot } from '../../src/util/package-root.ts';
import { dataDir, startLabwright, type RunningLabwright } from './up-process.ts';

test('a second agent of a lab stands by, and works once the first is gone', async (t) => {
  const serverDir = dataDir(t);
  const server = await startServer({ dataDir: serverDir, port: 0, leaseTermMs: 4000 });
  t.after(() => server.close());
  const { remoteciId, apiSecret } = await ensureLab(server.deps, { name: 'pretty', team: 'pretty' });
  const env = { DCI_CLIENT_ID: `remoteci/${remoteciId}`, DCI_API_SECRET: apiSecret };
  const first = agent(t, server.url, env);
  await first.printed(/agent of lab pretty: working/);
  const second = agent(t, server.url, env);
  await second.printed(/standing by, another agent works for it/);
  assert.doesNotMatch(second.output(), /: working/);
  await first.stop('SIGKILL');
  await second.printed(/agent of lab pretty: working/);
  assert.equal(await second.stop('SIGTERM'), 0, second.output());
});

test('an agent whose secret is wrong ends and says so', async (t) => {
  const server = await startServer({ dataDir: dataDir(t), port: 0 });
  t.after(() => server.close());
  const { remoteciId } = await ensureLab(server.deps, { name: 'pretty', team: 'pretty' });
  const wrong = agent(t, server.url, { DCI_CLIENT_ID: `remoteci/${remoteciId}`, DCI_API_SECRET: 'x'.repeat(64) });
  assert.equal(await wrong.ended(), 2, wrong.output());
  assert.match(wrong.output(), /does not let this agent in: .*\nhint: check DCI_CLIENT_ID/);
});

/** An agent of the example lab with this machine as its jumphost. */
function agent(t: TestContext, url: string, env: NodeJS.ProcessEnv): RunningLabwright {
  const data = dataDir(t);
  const lab = join(data, 'lab.yml');
  const example = readFileSync(join(packageRoot(), 'examples/pretty-lab/lab.yml'), 'utf8');
  writeFileSync(lab, example.replaceAll('192.168.21.', '127.0.21.'));
  return startLabwright(t, ['agent', '--server', url, '--lab', lab, '--data', data], env);
}
