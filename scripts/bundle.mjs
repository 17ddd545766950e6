// Plain JavaScript without dependencies at load time: the shim and the npm scripts use it before anything is built.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Node that came as an optional dependency, or undefined where npm had none for this platform. */
export function packagedNode(root) {
  const path = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return existsSync(path) ? path : undefined;
}

/** The command line's bundle, built first when a source is newer than it. Under Node 24. */
export function bundlePath(root) {
  const out = join(root, 'node_modules/.cache/labwright/bundle');
  const entry = join(out, 'main.js');
  const stamp = join(out, 'stamp');
  if (existsSync(stamp) && newestMtimeMs(join(root, 'src'), statSync(join(root, 'package.json')).mtimeMs) < statSync(stamp).mtimeMs) return entry;
  build(root, out);
  return entry;
}

function build(root, out) {
  const esbuild = join(root, 'node_modules/esbuild/bin/esbuild');
  if (!existsSync(esbuild)) throw new Error(`esbuild is not installed; run "npm ci --ignore-scripts" in ${root}`);
  const startedAt = new Date();
  // Built beside and renamed: two commands started at once must not read each other's half-written files.
  const fresh = `${out}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  // Loaded only here: the shim starts without it in two thirds of the time.
  process
    .getBuiltinModule('node:child_process')
    .execFileSync(
      process.execPath,
      [
        esbuild,
        join(root, 'src/cli/main.ts'),
        '--bundle',
        '--splitting',
        '--platform=node',
        '--format=esm',
        '--target=node24',
        `--outdir=${fresh}`,
        '--sourcemap=linked',
        '--log-level=warning',
        '--external:pg-native',
        '--external:esbuild',
        `--banner:js=import { createRequire as labwrightRequire } from 'node:module'; const require = labwrightRequire(import.meta.url);`,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  writeFileSync(join(fresh, 'stamp'), startedAt.toISOString());
  const old = `${out}.old.${process.pid}`;
  if (existsSync(out)) renameSync(out, old);
  try {
    renameSync(fresh, out);
  } catch (error) {
    // Somebody else built the same at the same time; theirs serves as well.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}

function newestMtimeMs(folder, newest) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    newest = entry.isDirectory() ? Math.max(newest, statSync(path).mtimeMs, newestMtimeMs(path, newest)) : Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}
