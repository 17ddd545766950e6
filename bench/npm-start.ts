// From git clone to a finished rehearsal, with npm's cache as it is (target: 90 s on 2 cores, warm): npm run bench -- npm-start
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'labwright-bench-'));
chmodSync(folder, 0o755); // PostgreSQL runs under another account when we are root.
try {
  const startedMs = performance.now();
  const clone = join(folder, 'labwright');
  run('git', ['clone', '--quiet', root, clone], folder);
  const clonedMs = performance.now();
  run('npm', ['start', '--', '--once', '--port', '0', '--data', join(folder, 'data')], clone);
  const seconds = (ms: number): string => `${((performance.now() - ms) / 1000).toFixed(1)} s`;
  console.log(`clone to finished rehearsal: ${seconds(startedMs)}, of which npm start ${seconds(clonedMs)} (target 90 s)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${error?.message ?? ''}${stdout}${stderr}`);
}
