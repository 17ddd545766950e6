import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { MAX_SOURCE_BYTES } from '../util/source-file.ts';
import { MAX_FILES } from './read-commit.ts';

export interface FolderInRepository {
  /** The repository's own folder, or the folder itself where there is no repository around it. */
  readonly root: string;
  /** The folder in it, with `/`; `''` is the root. */
  readonly path: string;
  /** All regular files below the root, as a commit of them would hold them. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * A folder as it lies on the disk, with the repository around it: kustomizations name files elsewhere in it.
 *
 * @throws LabwrightError `bad_input` when it is no folder or cannot be read.
 */
export async function readFolder(folder: string): Promise<FolderInRepository> {
  const hint = 'name the folder of a kustomization';
  try {
    if (!(await stat(folder)).isDirectory()) throw new LabwrightError('bad_input', `${folder}: this is not a folder`, { hint });
    const root = repositoryAround(resolve(folder));
    const files = new Map<string, string>();
    await collect(root, root, files);
    return { root, path: withSlashes(relative(root, resolve(folder))), files };
  } catch (error) {
    if (error instanceof LabwrightError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new LabwrightError('bad_input', `${folder}: ${missing ? 'there is no such folder' : messageOf(error)}`, { hint, cause: error });
  }
}

function repositoryAround(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return folder;
  }
}

async function collect(root: string, folder: string, files: Map<string, string>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules') await collect(root, path, files);
    if (!entry.isFile() || (await stat(path)).size > MAX_SOURCE_BYTES) continue;
    if (files.size >= MAX_FILES)
      throw new LabwrightError('bad_input', `${root} has more than ${MAX_FILES} files`, { hint: 'name a repository that holds sites only' });
    files.set(withSlashes(relative(root, path)), await readFile(path, 'utf8'));
  }
}

function withSlashes(path: string): string {
  return path.split(sep).join('/');
}
