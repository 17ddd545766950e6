import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

/** Runs one tool of node_modules/.bin, or node itself, with its output passed through. @returns whether it succeeded. */
export function runTool(title: string, command: string, args: readonly string[]): boolean {
  const startedMs = performance.now();
  console.log(`— ${title}`);
  const file = command === 'node' ? process.execPath : join(root, 'node_modules/.bin', command);
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(error.message);
  console.log(`  ${status === 0 ? 'ok' : 'FAILED'} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  return status === 0;
}
