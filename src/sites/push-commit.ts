import type { SitesSource } from '../hub/gitops/sites-door.ts';
import { fetchHistory } from './fetch-commit.ts';
import { gitRemote, type GitDeps } from './git.ts';
import type { Remote } from './remote.ts';

/**
 * Brings a commit with its history from one repository to another, onto the same branch and onto one of its own: a branch that moves
 * back or elsewhere later must not take a commit away that something is pinned to.
 */
export async function pushCommit(
  deps: GitDeps,
  { remote, folder, source }: { readonly remote: Remote; readonly folder: string; readonly source: SitesSource },
  target: Remote,
): Promise<void> {
  const { branch, revision } = source;
  if (revision === undefined) throw new Error('a commit is pushed by its SHA');
  await fetchHistory(deps, remote, folder, revision, branch);
  await gitRemote(
    deps,
    target,
    ['push', '--quiet', '--', target.url, `${revision}:refs/heads/commit-${revision}`, `+${revision}:refs/heads/${branch}`],
    folder,
  );
}
