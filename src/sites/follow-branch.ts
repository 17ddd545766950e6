import { isLabwrightError, messageOf } from '../util/errors.ts';
import { headOf } from './fetch-commit.ts';
import type { GitDeps } from './git.ts';
import type { Remote } from './remote.ts';

export interface FollowBranchDeps {
  readonly git: Omit<GitDeps, 'signal'>;
  /** Resolves at a hint that something was pushed, or when it is time to look again. */
  readonly wait: (signal: AbortSignal) => Promise<void>;
  readonly log: (line: string) => void;
}

/**
 * Tells each commit that a branch comes to end in, newest first seen, until the signal is aborted: the first is the one it ends
 * in now. Commits that were pushed together are one; a repository that cannot be read is looked at again.
 */
export async function followBranch(
  { git, wait, log }: FollowBranchDeps,
  remote: Remote,
  branch: string,
  onCommit: (revision: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let known: string | undefined;
  let said: string | undefined;
  while (!signal.aborted) {
    try {
      const head = await headOf({ ...git, signal }, remote, branch);
      said = undefined;
      if (head !== known) {
        await onCommit(head);
        known = head;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isLabwrightError(error)) throw error;
      if (said !== error.message) log(`${messageOf(error)}${error.hint === undefined ? '' : `; ${error.hint}`}`);
      said = error.message;
    }
    await wait(signal).catch(() => undefined);
  }
}
