import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTemporaryFolder } from '../../src/util/temporary-folder.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

test('a port that is in use is named, with what to do', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  await using folder = await makeTemporaryFolder('lw-server-');
  const result = await run(['server', '--port', String(port), '--data', folder.path]);
  assert.deepEqual(result, {
    code: 1,
    stderr: `port ${port} on 127.0.0.1 is in use\nhint: stop what listens there, or choose another port with --port (0: any free one)\n`,
  });
});

test('a port that is no port is a mistake in the input', async () => {
  const { code, stderr } = await run(['server', '--port', 'http']);
  assert.equal(code, 2);
  assert.match(stderr, /write a port number/);
});

function run(args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: undefined };
    execFile(process.execPath, [main, ...args], { env }, (error, _stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
    );
  });
}
