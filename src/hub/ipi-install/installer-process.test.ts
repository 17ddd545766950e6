import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { realSleep } from '../../util/clock.ts';
import { localExec } from '../../util/exec.ts';
import { packageRoot } from '../../util/package-root.ts';
import { linesOf } from './installer-log.ts';
import { lookAtInstaller, startInstaller } from './installer-process.ts';

const { signal } = new AbortController();

/** An installer that logs, and waits for a file to appear before it ends with what that says. */
function folder(t: TestContext): { readonly dir: string; readonly installer: string } {
  const root = mkdtempSync(join(tmpdir(), 'labwright-installer-process-test-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const dir = join(root, 'job');
  mkdirSync(dir);
  const installer = join(root, 'installer');
  writeFileSync(
    installer,
    `#!/bin/sh
echo "$LABWRIGHT_STEP" >> ${dir}/started
echo 'time="2026-01-01T00:00:00Z" level=info msg="begun"' >> ${dir}/.openshift_install.log
while [ ! -e ${root}/end ]; do [ -d ${root} ] || exit 9; sleep 0.05; done
code=$(cat ${root}/end)
[ "$code" = 0 ] || echo 'level=fatal msg="it \\"failed\\""' >> ${dir}/.openshift_install.log
exit "$code"
`,
    { mode: 0o755 },
  );
  return { dir, installer };
}

/** All of it at once: it looks every moment. */
function endWith(dir: string, code: string): void {
  writeFileSync(join(dir, '../end.new'), code);
  renameSync(join(dir, '../end.new'), join(dir, '../end'));
}

const look = (dir: string, after = 0) => lookAtInstaller(localExec, dir, after, signal);

test('an installer that was started runs, is not started twice, and its end is seen with its code and last words', async (t) => {
  const { dir, installer } = folder(t);
  assert.equal((await look(dir)).process.status, 'none');
  for (let time = 0; time < 2; time++) await startInstaller(localExec, dir, 'job/start', [installer], signal);
  assert.equal(readFileSync(join(dir, 'started'), 'utf8'), 'job/start\n');
  const running = await look(dir);
  assert.deepEqual([running.process, linesOf(running.log)], [{ status: 'running' }, [{ level: 'info', message: 'begun' }]]);
  endWith(dir, '3');
  let ended = await look(dir, running.next);
  while (ended.process.status === 'running') ended = await look(dir, running.next);
  assert.deepEqual([ended.process, linesOf(ended.log)], [{ status: 'ended', code: 3 }, [{ level: 'fatal', message: 'it "failed"' }]]);
  await startInstaller(localExec, dir, 'job/start', [installer], signal);
  assert.equal(readFileSync(join(dir, 'started'), 'utf8'), 'job/start\n');
});

test('it goes on when whoever started it is killed', async (t) => {
  const { dir, installer } = folder(t);
  const module = (path: string): string => JSON.stringify(join(packageRoot(), 'src', path));
  const script = `
    import { localExec } from ${module('util/exec.ts')};
    import { startInstaller } from ${module('hub/ipi-install/installer-process.ts')};
    await startInstaller(localExec, ${JSON.stringify(dir)}, 'job/start', [${JSON.stringify(installer)}], new AbortController().signal);
    process.stdout.write('started');
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(parent.stdout, 'data');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  assert.equal((await look(dir)).process.status, 'running');
  endWith(dir, '0');
  while ((await look(dir)).process.status === 'running') await realSleep(20);
  assert.deepEqual((await look(dir)).process, { status: 'ended', code: 0 });
});

test('one that was killed has left no code, and another command may go on in its place', async (t) => {
  const { dir, installer } = folder(t);
  await startInstaller(localExec, dir, 'job/start', [installer], signal);
  process.kill(-Number(readFileSync(join(dir, 'pid'), 'utf8')), 'SIGKILL');
  while ((await look(dir)).process.status === 'running') await realSleep(20);
  assert.equal((await look(dir)).process.status, 'killed');
  await startInstaller(localExec, dir, 'job/go-on', [installer], signal);
  assert.equal((await look(dir)).process.status, 'running');
  assert.ok(existsSync(join(dir, 'pid')));
});

test('only whole lines that are for people are read', () => {
  const text = 'level=debug msg="noise"\ntime="x" level=info msg="one: \\"two\\""\nnot a log line\nlevel=error msg=short\nlevel=info msg="unfin';
  assert.deepEqual(linesOf(text), [
    { level: 'info', message: 'one: "two"' },
    { level: 'error', message: 'short' },
  ]);
});
