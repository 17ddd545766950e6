import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A virtual environment with packages from PyPI, in a folder of that name outside the tree, kept between runs.
 *
 * `finish` is run once after the installation. @returns the environment's folder.
 */
export async function pythonEnvironment(
  name: string,
  packages: readonly string[],
  finish?: (python: string, folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labwright', name);
  const ready = join(folder, 'ready');
  if (existsSync(ready)) return folder;
  rmSync(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder]);
  const python = join(folder, 'bin', 'python');
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
  await finish?.(python, folder);
  writeFileSync(ready, '');
  return folder;
}
