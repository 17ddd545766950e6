import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startTestServer } from '../server/test-server.ts';

/** The version that was recorded, and the one of the library that draws its tables. */
const PACKAGES = ['dciclient==4.2.0.post202610141218', 'prettytable==3.18.0'] as const;
/** Of the six sessions; the other three print a secret that this server does not show. */
const SESSIONS = ['01-products-teams-users', '02-topics-components', '06-purge'];

const run = promisify(execFile);
const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const replayer = join(recorded, 'replay-dci.mjs');
const skip = existsSync(replayer) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';

for (const session of SESSIONS) {
  test(`the real dcictl prints what it printed against the recorded server: ${session}`, { skip }, async () => {
    const dcictl = await installedDcictl();
    await using fresh = await startTestServer({}, { catalogue: false });
    // In a process of its own: it waits for dcictl without letting this one answer.
    await run(process.execPath, [replayer, '--url', fresh.server.url, '--dir', 'dcictl', '--only', session, '--dcictl', dcictl, '--reset', 'true']);
  });
}

/** A virtual environment of its own, outside the tree, made once. */
async function installedDcictl(): Promise<string> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labwright', PACKAGES[0].replace('==', '-'));
  const ready = join(folder, 'ready');
  if (!existsSync(ready)) {
    rmSync(folder, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
    writeFileSync(ready, '');
  }
  return join(folder, 'bin', 'dcictl');
}
