import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabPart } from '../lab/merge-parts.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { MAX_SOURCE_BYTES } from '../util/source-file.ts';

export interface LabText {
  readonly labPath: string;
  readonly text: string;
  /** The `*.yml` of the folder `lab.d` beside `lab.yml`, by name: one per server, per cluster, or as one likes. */
  readonly parts: readonly LabPart[];
}

/** A lab's place and texts; PATH may be its file or the folder that holds `lab.yml`. Throws `bad_input`. */
export async function readLab(path: string): Promise<LabText> {
  const labPath = (await isFolder(path)) ? join(path, 'lab.yml') : path;
  const text = await readTextFile(labPath, { maxBytes: MAX_SOURCE_BYTES, hint: 'name a lab file, or a folder with lab.yml in it' });
  return { labPath, text, parts: await readParts(labPath.replace(/(\.ya?ml)?$/, '.d')) };
}

async function readParts(folder: string): Promise<LabPart[]> {
  if (!(await isFolder(folder))) return [];
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new LabwrightError('bad_input', `cannot read ${folder}: ${messageOf(cause)}`, {
      hint: 'it holds parts of the lab file: give yourself the right to read it',
      cause,
    });
  });
  const files = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).toSorted();
  return Promise.all(
    files.map(async (name) => {
      const path = join(folder, name);
      return { path, text: await readTextFile(path, { maxBytes: MAX_SOURCE_BYTES, hint: 'it is a part of the lab file beside its folder' }) };
    }),
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
