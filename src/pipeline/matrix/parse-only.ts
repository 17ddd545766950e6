import { closest } from '../../util/closest.ts';
import { LabwrightError } from '../../util/errors.ts';
import { axesOf, type Axis } from './axes.ts';

/**
 * Reads `AXIS=VALUE` or `AXIS=VALUE,VALUE`, which choose cells of a matrix; of one axis named twice, all values.
 *
 * @throws LabwrightError `bad_input` for an axis or a value that the matrix does not have.
 */
export function parseOnly(
  texts: readonly string[],
  axes: Readonly<Partial<Record<Axis, readonly string[] | undefined>>>,
): Readonly<Record<string, readonly string[]>> {
  const only: Record<string, string[]> = {};
  for (const text of texts) {
    const [, name = '', list = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    const axis = known(name, axesOf(axes), `--only ${text}: the matrix has no axis "${name || text}"`, 'write --only AXIS=VALUE with one of: ');
    for (const value of list.split(',')) {
      known(value, axes[axis]!, `--only ${text}: axis ${axis} has no value "${value}"`, 'write one of: ');
      (only[axis] ??= []).push(value);
    }
  }
  return only;
}

function known<T extends string>(word: string, words: readonly T[], message: string, hint: string): T {
  const found = words.find((one) => one === word);
  if (found !== undefined) return found;
  const near = closest(word, words);
  throw new LabwrightError('bad_input', message, { hint: `${near === undefined ? '' : `did you mean ${near}? `}${hint}${words.join(', ')}` });
}
