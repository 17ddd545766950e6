import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { localExec } from '../../../src/util/exec.ts';
import { LabwrightError } from '../../../src/util/errors.ts';
import { goVersion } from './go-version.ts';
import { withFileLock } from './with-file-lock.ts';

const PROGRESS_EVERY_MS = 20_000;

/**
 * Builds the program of a folder with go.mod, go.sum and main.go, or finds it built; its name is the folder's.
 *
 * It stays outside the tree, under a name made of go.sum, main.go and Go's version. A build may take minutes, which
 * `log` hears about while it lasts; of several callers at once, one builds.
 *
 * @returns the path of the program.
 * @throws LabwrightError `bad_input` without Go 1.26, `exec_failed` with Go's words.
 */
export async function ensureGoProgram(module: string, log: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const go = goVersion();
  if (go === undefined) throw new LabwrightError('bad_input', 'no Go 1.26 or later', { hint: 'install Go 1.26 or later and put it in PATH' });
  const name = basename(module);
  const hash = createHash('sha256').update(`${go} ${process.arch}`);
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(module, file)));
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labwright', 'real-api-server');
  const program = join(folder, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  await withFileLock(
    `${program}.lock`,
    async () => {
      if (!existsSync(program)) await build(name, module, program, log, signal);
    },
    signal,
  );
  return program;
}

async function build(name: string, module: string, program: string, log: (line: string) => void, signal?: AbortSignal): Promise<void> {
  const startedMs = performance.now();
  const elapsedS = (): number => Math.round((performance.now() - startedMs) / 1000);
  log(`building ${name} from its Go modules, once per change of go.sum: up to several minutes on two cores …`);
  const progress = setInterval(() => log(`… still building ${name}, ${elapsedS()} s so far`), PROGRESS_EVERY_MS);
  const draft = `${program}.${process.pid}.draft`;
  try {
    const env = { CGO_ENABLED: '0', GOFLAGS: '-trimpath -buildvcs=false', GOWORK: 'off' };
    await localExec(['go', 'build', '-ldflags', '-s -w', '-o', draft, '.'], { cwd: module, env, signal });
    renameSync(draft, program);
    log(`built ${name} in ${elapsedS()} s`);
  } finally {
    clearInterval(progress);
    rmSync(draft, { force: true });
  }
}
