import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EMPTY_LOCK, formatLock, parseLock, type LockFile } from '../lab/lock.ts';
import { noClaims, parseClaims, type ClaimsFile } from '../lab/claims/claims-file.ts';
import type { LabPart } from '../lab/merge-parts.ts';
import { planLab, type PlanResult } from '../lab/plan-lab.ts';
import { CLAIMS_FILE } from '../machines/claims-store.ts';
import { formatDiagnostic } from '../util/diagnostic.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { readLab } from './read-lab.ts';

const MAX_LOCK_BYTES = 64 * 1024 * 1024;

export interface PlannedLabFile {
  readonly labPath: string;
  readonly lockPath: string;
  readonly claimsPath: string;
  /** undefined when there is no lock file yet. */
  readonly lockText: string | undefined;
  readonly result: PlanResult;
}

/**
 * Plans the lab file at PATH (or `lab.yml` in it) beside its lock file and claims; writes nothing, and prints the diagnostics on stderr.
 *
 * @param releasing a cluster that is about to let go: a lab that plans only without its claim is planned nevertheless, with it.
 */
export async function planLabFile(path: string, releasing?: string): Promise<PlannedLabFile> {
  const { labPath, text, parts } = await readLab(path);
  const lockPath = join(dirname(labPath), 'lab.lock.json');
  const claimsPath = join(dirname(labPath), CLAIMS_FILE);
  const lockText = await readIfThere(lockPath, 'restore it from Git');
  const claimsText = await readIfThere(claimsPath, 'give yourself the right to read it');
  const lock = lockText === undefined ? { value: EMPTY_LOCK, diagnostics: [] } : parseLock(lockPath, lockText);
  const claims = claimsText === undefined ? { value: noClaims(''), diagnostics: [] } : parseClaims(claimsPath, claimsText);
  const result: PlanResult =
    lock.value && claims.value
      ? planNow(labPath, text, { lock: lock.value, claims: claims.value, parts, releasing })
      : { plan: undefined, lock: undefined, changes: [], diagnostics: [...lock.diagnostics, ...claims.diagnostics] };
  if (result.plan && claimsText !== undefined && claims.value?.lab !== result.plan.lab)
    throw new LabwrightError('bad_input', `${claimsPath} holds the claims of lab ${claims.value?.lab}, not of ${result.plan.lab}`, {
      hint: 'keep each lab in a folder of its own, or move that file away',
    });
  const lines = new Map([
    ...[{ path: labPath, text }, ...parts].map((one) => [one.path, one.text.split('\n')] as const),
    [lockPath, lockText?.split('\n') ?? []],
    [claimsPath, claimsText?.split('\n') ?? []],
  ]);
  // The id is what docs/diagnostics.md has it by.
  const shown = result.diagnostics.map((one) =>
    formatDiagnostic({ ...one, message: `${one.message} [${one.id}]` }, (file, line) => lines.get(file)?.[line - 1]),
  );
  if (shown.length > 0) process.stderr.write(`${shown.join('\n\n')}\n`);
  return { labPath, lockPath, claimsPath, lockText, result };
}

interface Beside {
  readonly lock: LockFile;
  readonly claims: ClaimsFile;
  readonly parts: readonly LabPart[];
  readonly releasing: string | undefined;
}

function planNow(labPath: string, text: string, { lock, claims, parts, releasing }: Beside): PlanResult {
  const result = planLab(labPath, text, lock, claims, parts);
  if (result.plan || releasing === undefined) return result;
  const released = { claimed: false, fence: 1, at: '', by: '' };
  const without = planLab(labPath, text, lock, { ...claims, clusters: { ...claims.clusters, [releasing]: released } }, parts);
  if (!without.plan) return result;
  // What stood in the way was its claim.
  const clusters = without.plan.clusters.map((one) => (one.name === releasing ? { ...one, active: true } : one));
  return { ...without, plan: { ...without.plan, clusters } };
}

async function readIfThere(path: string, hint: string): Promise<string | undefined> {
  return readTextFile(path, { maxBytes: MAX_LOCK_BYTES, hint }).catch((error: unknown) => {
    if (error instanceof LabwrightError && error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ENOENT') return undefined;
    throw error;
  });
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
