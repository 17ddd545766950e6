import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { localExec } from '../../src/util/exec.ts';

/** The Python of an environment with these packages (`sushy==5.14.0`), in the user's cache and kept between runs. */
export async function pythonWith(packages: readonly string[], options: { readonly systemPackages?: boolean } = {}): Promise<string> {
  const name = packages.join('+').replaceAll('==', '-');
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labwright', name);
  const python = join(folder, 'bin/python');
  if (existsSync(join(folder, 'ready'))) return python;
  rmSync(folder, { recursive: true, force: true });
  // Debian's own: its packages (libvirt's bindings) are for that one.
  await localExec(['/usr/bin/python3', '-m', 'venv', ...(options.systemPackages ? ['--system-site-packages'] : []), folder]);
  await localExec([python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
  writeFileSync(join(folder, 'ready'), '');
  return python;
}
