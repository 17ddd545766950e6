import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EMPTY_LOCK, formatLock, parseLock, type LockFile } from '../lab/lock.ts';
import { planLab, type PlanResult } from '../lab/plan-lab.ts';
import { formatDiagnostic } from '../util/diagnostic.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { readLab } from './read-lab.ts';

const MAX_LOCK_BYTES = 64 * 1024 * 1024;

export interface PlannedLabFile {
  readonly labPath: string;
  readonly lockPath: string;
  /** undefined when there is no lock file yet. */
  readonly lockText: string | undefined;
  readonly result: PlanResult;
}

/** Plans the lab file at PATH (or `lab.yml` in it) beside its lock file; writes nothing, and prints the diagnostics on stderr. */
export async function planLabFile(path: string): Promise<PlannedLabFile> {
  const { labPath, text } = await readLab(path);
  const lockPath = join(dirname(labPath), 'lab.lock.json');
  const lockText = await readTextFile(lockPath, { maxBytes: MAX_LOCK_BYTES, hint: 'restore it from Git' }).catch((error: unknown) => {
    if (error instanceof LabwrightError && error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ENOENT') return undefined;
    throw error;
  });
  const lock = lockText === undefined ? { value: EMPTY_LOCK, diagnostics: [] } : parseLock(lockPath, lockText);
  const result: PlanResult = lock.value ? planLab(labPath, text, lock.value) : { plan: undefined, lock: undefined, changes: [], diagnostics: lock.diagnostics };
  const lines = new Map([
    [labPath, text.split('\n')],
    [lockPath, lockText?.split('\n') ?? []],
  ]);
  const shown = result.diagnostics.map((one) => formatDiagnostic(one, (file, line) => lines.get(file)?.[line - 1]));
  if (shown.length > 0) process.stderr.write(`${shown.join('\n\n')}\n`);
  return { labPath, lockPath, lockText, result };
}

/** Writes the lock whole or not at all, and only when it says something new. @returns whether it was written. */
export async function writeLock({ lockPath, lockText }: PlannedLabFile, lock: LockFile): Promise<boolean> {
  const next = formatLock(lock);
  if (next === lockText) return false;
  const draft = `${lockPath}.${process.pid}.tmp`;
  try {
    await writeFile(draft, next, { flush: true });
    await rename(draft, lockPath);
  } catch (error) {
    await rm(draft, { force: true });
    throw new LabwrightError('exec_failed', `cannot write ${lockPath}: ${messageOf(error)}`, {
      hint: 'check the permissions of its folder, then run this again',
      cause: error,
    });
  }
  return true;
}
