import type { FilePosition } from '../../util/errors.ts';
import { find, refuse, type KustomizeRun } from './kustomize-run.ts';

export interface FoundFile {
  readonly path: string;
  readonly text: string;
}

/** The file that a kustomization names. Kustomize reads none from outside its folder (`--load-restrictor`), so neither do we. */
export function readFile(run: KustomizeRun, folder: string, named: string, at: FilePosition): FoundFile | undefined {
  if (isRemote(named)) return refuse(run, 'remote-file', `${named} is not in this repository`, 'commit the file and name it by its path', at);
  const found = find(run, folder, named);
  if (found === undefined) return refuse(run, 'no-such-file', `there is no ${named}`, 'name a file by its path from the kustomization', at);
  if (found.kind === 'folder') return refuse(run, 'not-a-file', `${named} is a folder`, 'name a file in it', at);
  if (!isBelow(found.path, folder)) {
    return refuse(run, 'outside-file', `${named} is outside the folder of the kustomization`, 'move the file below it: only folders may be elsewhere', at);
  }
  return found;
}

export function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

export function isRemote(named: string): boolean {
  return /:\/\/|^git@|^git::|[?&]ref=|^(github|gitlab)\.com[/:]/.test(named);
}
