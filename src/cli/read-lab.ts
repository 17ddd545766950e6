import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabwrightError, messageOf } from '../util/errors.ts';

/** A lab file's place and text; PATH may be the file or the folder that holds `lab.yml`. Throws `bad_input`. */
export async function readLab(path: string): Promise<{ readonly labPath: string; readonly text: string }> {
  try {
    const labPath = (await stat(path)).isDirectory() ? join(path, 'lab.yml') : path;
    return { labPath, text: await readFile(labPath, 'utf8') };
  } catch (error) {
    throw new LabwrightError('bad_input', `cannot read the lab file: ${messageOf(error)}`, {
      hint: 'name a lab file, or a folder with lab.yml in it',
      cause: error,
    });
  }
}
