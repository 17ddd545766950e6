import { LabwrightError } from '../util/errors.ts';
import { MAX_SOURCE_BYTES } from '../util/source-file.ts';
import { git, type GitDeps } from './git.ts';

export const MAX_FILES = 20_000;

/** The regular files of a commit, by path. Symbolic links and submodules are left out: nothing outside the commit is read. */
export async function readCommit(deps: Pick<GitDeps, 'exec' | 'simulated' | 'signal'>, folder: string, sha: string): Promise<ReadonlyMap<string, string>> {
  const listing = await git(deps, ['ls-tree', '-r', '-z', '-l', '--full-tree', sha], { cwd: folder });
  const blobs = listing.stdout.split('\0').flatMap((line) => {
    const [, mode = '', , id = '', size = '', path = ''] = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
    return mode.startsWith('100') && Number(size) <= MAX_SOURCE_BYTES ? [{ id, path }] : [];
  });
  if (blobs.length > MAX_FILES)
    throw new LabwrightError('bad_input', `commit ${sha} has ${blobs.length} files`, { hint: 'name a repository that holds sites only' });
  if (blobs.length === 0) return new Map();
  const stdin = blobs.map(({ id }) => `${id}\n`).join('');
  const { stdout } = await git(deps, ['cat-file', '--batch'], { cwd: folder, stdin, encoding: 'latin1' });
  const files = new Map<string, string>();
  let at = 0;
  for (const { path } of blobs) {
    const end = stdout.indexOf('\n', at);
    const size = Number(stdout.slice(at, end).split(' ')[2]);
    files.set(path, Buffer.from(stdout.slice(end + 1, end + 1 + size), 'latin1').toString('utf8'));
    at = end + 1 + size + 1;
  }
  return files;
}
