import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readTextFile } from '../util/read-text-file.ts';
import { MAX_SOURCE_BYTES } from '../util/source-file.ts';

/** A lab file's place and text; PATH may be the file or the folder that holds `lab.yml`. Throws `bad_input`. */
export async function readLab(path: string): Promise<{ readonly labPath: string; readonly text: string }> {
  const labPath = (await isFolder(path)) ? join(path, 'lab.yml') : path;
  return { labPath, text: await readTextFile(labPath, { maxBytes: MAX_SOURCE_BYTES, hint: 'name a lab file, or a folder with lab.yml in it' }) };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
