import { readFile } from 'node:fs/promises';
import { LabwrightError, messageOf } from '../../../util/errors.ts';
import type { StaticToken } from './authenticate.ts';
import { parseTokenFile } from './parse-token-file.ts';

/** The users of a static token file. @throws LabwrightError `bad_input` when it cannot be read, or a line is wrong. */
export async function readTokenFile(path: string): Promise<StaticToken[]> {
  let csv: string;
  try {
    csv = await readFile(path, 'utf8');
  } catch (cause) {
    throw new LabwrightError('bad_input', `cannot read the tokens in ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'give a file with lines of token,user,uid,"group1,group2"',
    });
  }
  return parseTokenFile(csv, path);
}
