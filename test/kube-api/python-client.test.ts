import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CLIENT = 'kubernetes==37.0.2';

/** Python with its kubernetes client, in a folder kept between runs. */
async function pythonWithClient(): Promise<string> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labwright', CLIENT.replace('==', '-'));
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'ready'))) return python;
  rmSync(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', CLIENT]);
  await run('touch', [join(folder, 'ready')]);
  return python;
}

test('Python’s kubernetes client creates, applies, watches and deletes a ClusterInstance on a served hub', async () => {
  const python = await pythonWithClient();
  const folder = mkdtempSync(join(tmpdir(), 'labwright-python-'));
  const kubeconfig = join(folder, 'hub.kubeconfig');
  const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
  const hub = spawn(process.execPath, [main, 'rehearsal', 'serve', '--kubeconfig', kubeconfig], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(hub, 'exit');
  try {
    await once(createInterface({ input: hub.stdout }), 'line');
    const { stdout } = await run(python, [join(import.meta.dirname, 'python-client.py'), kubeconfig]);
    assert.deepEqual(stdout.trim().split('\n'), [
      'created master',
      'again 409 Conflict',
      "applied ssh-ed25519 AAAA ['Apply', 'Update']",
      'watched ADDED sno1',
      'watched DELETED sno1',
      'gone 404',
    ]);
  } finally {
    hub.kill('SIGTERM');
    await ended;
    assert.equal(existsSync(kubeconfig), false, 'the kubeconfig is removed at the end');
    rmSync(folder, { recursive: true, force: true });
  }
});
