// Plain JavaScript without dependencies at load time: the shim and the npm scripts use it before anything is built.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Node that came as an optional dependency, or undefined where npm had none for this platform. */
export function packagedNode(root) {
  const path = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return existsSync(path) ? path : undefined;
}

/** The command line's bundle, built first when a source is newer than it. Under Node 20.16 or later. */
export function bundlePath(root) {
  const out = join(root, 'node_modules/.cache/labwright/bundle');
  const entry = join(out, 'main.js');
  const stamp = join(out, 'stamp');
  if (existsSync(stamp)) {
    const builtMs = statSync(stamp).mtimeMs;
    if (statSync(join(root, 'package.json')).mtimeMs < builtMs && newestMtimeMs(join(root, 'src')) < builtMs) return entry;
  }
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

/** Every command waits for this: names and plain concatenation take a third of the time of directory entries and join. */
function newestMtimeMs(folder) {
  let newest = 0;
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.test.ts') || name.endsWith('.md')) continue;
    const path = `${folder}/${name}`;
    const found = statSync(path);
    const mtimeMs = found.isDirectory() ? Math.max(found.mtimeMs, newestMtimeMs(path)) : found.mtimeMs;
    if (mtimeMs > newest) newest = mtimeMs;
  }
  return newest;
}
