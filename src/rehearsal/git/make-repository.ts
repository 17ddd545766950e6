import { join } from 'node:path';
import { git } from '../../sites/git.ts';
import type { Exec } from '../../util/exec.ts';

/** One person at one moment: the same files are the same commit in every rehearsal. */
const AUTHOR = 'labwright <labwright@example.com> 1735689600 +0000';

/** A branch of one file, and on it the commit with everything: so the head has a parent, as in a repository that has been used. */
export async function makeRepository(exec: Exec, folder: string, name: string, files: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  const path = join(folder, name);
  const deps = { exec, simulated: true, signal };
  await git(deps, ['init', '--quiet', '--bare', '--initial-branch=main', path]);
  await git(deps, ['config', 'http.receivepack', 'true'], { cwd: path });
  // As GitHub, GitLab and Forgejo do: a commit may be asked for by its SHA.
  await git(deps, ['config', 'uploadpack.allowAnySHA1InWant', 'true'], { cwd: path });
  const first = commit('Begin', { 'README.md': '# Sites of this lab\n' });
  const second = commit('Describe the sites', files);
  await git(deps, ['fast-import', '--quiet'], { cwd: path, stdin: first + second });
}

/** A commit in the language of git-fast-import(1). */
function commit(subject: string, files: Readonly<Record<string, string>>): string {
  const changes = Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, content]) => `M 100644 inline ${quoted(path)}\n${data(content)}`);
  return [`commit refs/heads/main\nauthor ${AUTHOR}\ncommitter ${AUTHOR}\n${data(subject)}`, ...changes, '\n'].join('');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
}
