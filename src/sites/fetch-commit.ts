import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isLabwrightError, LabwrightError } from '../util/errors.ts';
import { git, gitRemote, type GitDeps } from './git.ts';
import type { Remote } from './remote.ts';

export const FULL_SHA = /^[0-9a-f]{40}$/;

/** The commit that a branch ends in now, without fetching it. @throws LabwrightError `not_found` when there is no such branch. */
export async function headOf(deps: GitDeps, remote: Remote, branch: string): Promise<string> {
  const { stdout } = await gitRemote(deps, remote, ['ls-remote', '--', remote.url, `refs/heads/${branch}`]);
  const sha = stdout.split('\t')[0] ?? '';
  if (FULL_SHA.test(sha)) return sha;
  throw new LabwrightError('not_found', `repository ${remote.url} has no branch ${branch}`, { hint: `see what it has: git ls-remote --heads ${remote.url}` });
}

/**
 * Brings one commit into a bare repository here, made when it is missing.
 *
 * Only that commit, without its history; from a host that hands out no single commits (`uploadpack.allowAnySHA1InWant`) the
 * whole branch.
 */
export function fetchCommit(deps: GitDeps, remote: Remote, folder: string, sha: string, branch: string): Promise<void> {
  return fetchInto(deps, remote, { folder, sha, branch, depth: ['--depth=1'] });
}

/** The same with all that came before it, as whoever pushes it on needs it. */
export function fetchHistory(deps: GitDeps, remote: Remote, folder: string, sha: string, branch: string): Promise<void> {
  return fetchInto(deps, remote, { folder, sha, branch, depth: [] });
}

interface Wanted {
  readonly folder: string;
  readonly sha: string;
  readonly branch: string;
  readonly depth: readonly string[];
}

async function fetchInto(deps: GitDeps, remote: Remote, { folder, sha, branch, depth }: Wanted): Promise<void> {
  if (!existsSync(join(folder, 'HEAD'))) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await git(deps, ['init', '--quiet', '--bare', folder]);
  } else if (await hasCommit(deps, folder, sha)) return;
  const fetch = (...what: readonly string[]): Promise<unknown> =>
    gitRemote(deps, remote, ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...what], folder);
  try {
    await fetch(...depth, '--', remote.url, sha);
  } catch (error) {
    if (!isLabwrightError(error) || error.code !== 'not_found') throw error;
    await fetch('--', remote.url, `+refs/heads/${branch}:refs/labwright/${branch}`);
    if (!(await hasCommit(deps, folder, sha))) throw error;
  }
}

async function hasCommit(deps: GitDeps, folder: string, sha: string): Promise<boolean> {
  const { exitCode } = await git(deps, ['cat-file', '-e', `${sha}^{commit}`], { cwd: folder, okExitCodes: [0, 1, 128] });
  return exitCode === 0;
}
