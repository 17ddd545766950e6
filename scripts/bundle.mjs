// Plain JavaScript without dependencies at load time: the shim and the npm scripts use it before anything is built.
import { existsSync, mkdirSync, openSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const GRACE_MS = 10 * 60_000;

/** The Node that came as an optional dependency, or undefined where npm had none for this platform. */
export function packagedNode(root) {
  const path = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return existsSync(path) ? path : undefined;
}

/**
 * The entry of the command line's bundle, built first when the sources are newer than any. Under Node 20.16 or later.
 *
 * Each state of the sources has a folder of its own, named by the newest change: a process that runs goes on loading its
 * parts from there, whatever is built meanwhile. The folder is held open by whoever uses it, and removed by a later build
 * once nobody does.
 */
export function bundlePath(root) {
  const bundles = join(root, 'node_modules/.cache/labwright/bundles');
  const newestMs = Math.max(statSync(join(root, 'package.json')).mtimeMs, newestMtimeMs(join(root, 'src')));
  const out = join(bundles, String(newestMs));
  if (!held(out)) {
    build(root, out);
    held(out);
    removeUnused(bundles, out);
  }
  return join(out, 'main.js');
}

/** Keeps a folder open until this process ends, however it does. @returns whether it is there. */
function held(folder) {
  try {
    openSync(folder, 'r');
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function build(root, out) {
  const esbuild = join(root, 'node_modules/esbuild/bin/esbuild');
  if (!existsSync(esbuild)) throw new Error(`esbuild is not installed; run "npm ci --ignore-scripts" in ${root}`);
  // Built beside and renamed: two commands started at once must not read each other's half-written files.
  const draft = `${out}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  // Loaded only here: the shim starts without it in two thirds of the time.
  process.getBuiltinModule('node:child_process').execFileSync(
    process.execPath,
    [
      esbuild,
      join(root, 'src/cli/main.ts'),
      '--bundle',
      '--splitting',
      '--platform=node',
      '--format=esm',
      '--target=node24',
      `--outdir=${draft}`,
      '--sourcemap=linked',
      '--log-level=warning',
      '--external:pg-native',
      '--external:esbuild',
      '--external:minijinja-js', // finds its WebAssembly beside its own file
      `--banner:js=import { createRequire as labwrightRequire } from 'node:module'; const require = labwrightRequire(import.meta.url);`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  try {
    renameSync(draft, out);
  } catch (error) {
    // Somebody else built the same at the same time; theirs serves as well.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Removes what no process has open. What is young stays: somebody may just be about to build it, or to open it. */
function removeUnused(bundles, current) {
  const inUse = openFolders();
  if (inUse === undefined) return;
  for (const name of readdirSync(bundles)) {
    const folder = join(bundles, name);
    // Undefined: a draft that has just become a bundle, or what another build has removed.
    const found = statSync(folder, { throwIfNoEntry: false });
    if (folder === current || found === undefined || Date.now() - found.mtimeMs < GRACE_MS) continue;
    try {
      if (!inUse.has(realpathSync(folder))) rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      // Another build removes it too.
      if (!['ENOENT', 'ENOTEMPTY'].includes(error.code)) throw error;
    }
  }
}

/** What the processes of this machine have open, as far as it may be seen; undefined where the system does not say. */
function openFolders() {
  if (!existsSync('/proc/self/fd')) return undefined;
  const found = new Set();
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) found.add(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      // It has ended, or is another user's.
    }
  }
  return found;
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
