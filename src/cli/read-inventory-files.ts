import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { InventoryFile } from '../lab/ansible-inventory/read-inventory.ts';
import { LabwrightError } from '../util/errors.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { MAX_SOURCE_BYTES } from '../util/source-file.ts';

const KINDS = { group_vars: 'group', host_vars: 'host' } as const;
/** Ansible takes the first of these that is there. */
const VARS_SUFFIXES = ['', '.yml', '.yaml', '.json'];
/** Files that Ansible passes over in a folder of inventories; older versions pass over `.ini`, too. */
const IGNORED = /^\.|~$|\.(pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry)$/;

/**
 * The files that Ansible reads for `-i PATH`, of each path: a file, or every file of a folder, and beside either the files of `group_vars` and
 * `host_vars`.
 *
 * @throws LabwrightError `bad_input` for what cannot be read, and for a folder without an inventory.
 */
export async function readInventoryFiles(paths: readonly string[], hint: string): Promise<InventoryFile[]> {
  const all = await Promise.all(paths.map((path) => filesOf(path, hint)));
  // One that is named itself is also beside another.
  return [...new Map(all.flat().map((file) => [`${file.source}\0${file.path}`, file])).values()];
}

async function filesOf(path: string, hint: string): Promise<InventoryFile[]> {
  const read = async (file: string, of?: InventoryFile['of']): Promise<InventoryFile> => {
    const text = await readTextFile(file, { maxBytes: MAX_SOURCE_BYTES, hint });
    return { path: file, text, source: path, ...(of && { of }) };
  };
  if (!(await isFolder(path))) {
    const [kind, name] = [KINDS[basename(dirname(path)) as keyof typeof KINDS], basename(path).replace(/\.(ya?ml|json)$/, '')];
    return kind === undefined ? [await read(path), ...(await varsBeside(dirname(path), read))] : [await read(path, { kind, name })];
  }
  const inventories = await inventoriesIn(path);
  if (inventories.length === 0)
    throw new LabwrightError('bad_input', `${path}: the folder holds no inventory that Ansible would read`, {
      hint: 'name the file itself: in a folder Ansible passes over hidden files, .cfg, .txt, .md and .bak',
    });
  return [...(await Promise.all(inventories.map((file) => read(file)))), ...(await varsBeside(path, read))];
}

/** Sorted by name, as Ansible merges them. */
async function inventoriesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !IGNORED.test(name) && !['group_vars', 'host_vars', 'vars_plugins'].includes(name));
  const found = await Promise.all(
    names.toSorted().map(async (name) => ((await isFolder(join(folder, name))) ? inventoriesIn(join(folder, name)) : [join(folder, name)])),
  );
  return found.flat();
}

type Read = (file: string, of: InventoryFile['of']) => Promise<InventoryFile>;

async function varsBeside(folder: string, read: Read): Promise<InventoryFile[]> {
  const found: InventoryFile[] = [];
  for (const [vars, kind] of Object.entries(KINDS)) {
    const entries = (await isFolder(join(folder, vars))) ? await readdir(join(folder, vars)) : [];
    const names = new Set(entries.filter((entry) => !/^\.|~$/.test(entry)).map((entry) => entry.replace(/\.(ya?ml|json)$/, '')));
    for (const name of names) {
      const first = VARS_SUFFIXES.map((suffix) => `${name}${suffix}`).find((entry) => entries.includes(entry))!;
      for (const file of await varsFiles(join(folder, vars, first))) found.push(await read(file, { kind, name }));
    }
  }
  return found;
}

/** The file itself, or all of a folder that has the name of a group or host. */
async function varsFiles(path: string): Promise<string[]> {
  if (!(await isFolder(path))) return [path];
  const files: string[] = [];
  for (const name of (await readdir(path)).toSorted()) {
    const suffix = /\.[^.]+$/.exec(name)?.[0] ?? '';
    if (/^\.|~$/.test(name) || !VARS_SUFFIXES.includes(suffix)) continue;
    files.push(...(await varsFiles(join(path, name))));
  }
  return files;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
