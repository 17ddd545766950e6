import { readFile, stat } from 'node:fs/promises';
import { LabwrightError, messageOf } from './errors.ts';

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'this is a folder',
  EACCES: 'no permission to read it',
  ELOOP: 'its symbolic links lead in a circle',
};

/**
 * The text of a file that a user named.
 *
 * @throws LabwrightError `bad_input` when it is not there, no plain file, not readable, or larger than `maxBytes`.
 */
export async function readTextFile(path: string, options: { readonly maxBytes: number; readonly hint: string }): Promise<string> {
  const { maxBytes, hint } = options;
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new LabwrightError('bad_input', `${path}: ${WHY['EISDIR']}`, { hint });
    if (!found.isFile()) throw new LabwrightError('bad_input', `${path}: this is not a file`, { hint });
    if (found.size > maxBytes)
      throw new LabwrightError('bad_input', `${path}: the file has ${found.size} bytes, more than the ${maxBytes} that are read`, { hint });
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof LabwrightError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new LabwrightError('bad_input', `${path}: ${WHY[code] ?? messageOf(error)}`, { hint, cause: error });
  }
}
