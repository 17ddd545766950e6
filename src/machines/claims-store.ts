import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { claimCluster, clusterOf, heldByOthers, holdersOf, isClaimed, releaseCluster, type ClaimChange } from '../lab/claims/change-claims.ts';
import { claimOf, formatClaims, noClaims, parseClaims, type ClaimsFile } from '../lab/claims/claims-file.ts';
import type { LabPlan } from '../lab/plan.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { holdLock } from '../util/hold-lock.ts';

export const CLAIMS_FILE = 'lab.claims.json';
const WAIT_MS = 5000;

/** Who holds which machines of a lab, as every process on one claims file sees it. */
export interface ClaimsStore {
  /** A cluster takes its machines. @throws LabwrightError `conflict` naming the holders, `bad_input`. */
  claim(plan: LabPlan, cluster: string, by: string): ClaimChange;
  /** A cluster gives its machines up. @throws LabwrightError `bad_input`. */
  release(plan: LabPlan, cluster: string, by: string): ClaimChange;
  /** What a claim or a release would do. */
  preview(change: 'claim' | 'release', plan: LabPlan, cluster: string, by: string): ClaimChange;
  /** @throws LabwrightError `conflict` naming the holders when others hold machines of a cluster, which may itself be unclaimed. */
  checkFree(plan: LabPlan, cluster: string): void;
  /** @throws LabwrightError `lease_lost` when a cluster does not hold its machines any more, or only again. */
  checkHeld(plan: LabPlan, cluster: string, fence: number): void;
}

/** The claims file at `path`. Each call reads it afresh; one that changes it does so under a lock, whole or not at all. */
export function openClaims(path: string, nowMs: () => number = Date.now): ClaimsStore {
  const request = (cluster: string, by: string) => ({ cluster, by, at: new Date(nowMs()).toISOString() });
  // Without an await between lock and write: another part of this process would block it for good.
  const change = (plan: LabPlan, make: (claims: ClaimsFile) => ClaimChange): ClaimChange => {
    const lock = holdLock(join(dirname(path), '.labwright', `${basename(path)}.lock`), WAIT_MS);
    if (lock.state === 'taken')
      throw new LabwrightError('conflict', `process ${lock.pid ?? '(unknown)'} is changing ${path}`, { hint: 'try again when it has ended' });
    using _held = lock;
    const made = make(readClaims(path, plan.lab));
    if (made.changed) writeWhole(path, formatClaims(made.claims));
    return made;
  };
  return {
    claim: (plan, cluster, by) => change(plan, (claims) => claimCluster(plan, claims, request(cluster, by))),
    release: (plan, cluster, by) => change(plan, (claims) => releaseCluster(plan, claims, request(cluster, by))),
    preview: (kind, plan, cluster, by) => (kind === 'claim' ? claimCluster : releaseCluster)(plan, readClaims(path, plan.lab), request(cluster, by)),
    checkFree(plan, cluster) {
      const holders = holdersOf(plan, readClaims(path, plan.lab), clusterOf(plan, cluster));
      if (holders.length > 0) throw heldByOthers(cluster, holders);
    },
    checkHeld(plan, cluster, fence) {
      const claims = readClaims(path, plan.lab);
      const claim = claimOf(claims, cluster);
      if (isClaimed(claims, clusterOf(plan, cluster)) && (claim?.fence ?? 0) === fence) return;
      const what = claim === undefined ? 'does not hold its machines' : `${claim.claimed ? 'was claimed anew' : 'was released'} at ${claim.at} by ${claim.by}`;
      throw new LabwrightError('lease_lost', `${cluster} ${what}`, { hint: 'run the job again when its machines are free' });
    },
  };
}

/** @throws LabwrightError `bad_input` for a broken file, or one of another lab. */
export function readClaims(path: string, lab: string): ClaimsFile {
  const text = readIfThere(path);
  if (text === undefined) return noClaims(lab);
  const { value, diagnostics } = parseClaims(path, text);
  if (!value) {
    const { message, hint, at } = diagnostics[0]!;
    throw new LabwrightError('bad_input', message, { ...(hint !== undefined && { hint }), ...(at && { at }) });
  }
  if (value.lab !== lab) throw new LabwrightError('bad_input', `${path} holds the claims of lab ${value.lab}, not of ${lab}`, { hint: 'move it away' });
  return value;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new LabwrightError('bad_input', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text, { flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new LabwrightError('exec_failed', `cannot write ${path}: ${messageOf(error)}`, { hint: 'check the permissions of its folder', cause: error });
  }
}
