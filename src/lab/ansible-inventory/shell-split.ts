/**
 * Words of a line as Python's `shlex.split(line, comments=True)` makes them: how Ansible reads a host's line in an INI inventory.
 * A `#` outside quotes ends the line, also inside a word.
 *
 * @returns the words and the column (1-based) each begins at; undefined when a quote is not closed.
 */
export function shellSplit(line: string): { readonly word: string; readonly column: number }[] | undefined {
  const words: { word: string; column: number }[] = [];
  let word: string | undefined;
  let start = 0;
  const end = (): void => {
    if (word !== undefined) words.push({ word, column: start + 1 });
    word = undefined;
  };
  for (let index = 0; index < line.length; index++) {
    const letter = line[index]!;
    if (/\s/.test(letter)) {
      end();
      continue;
    }
    if (letter === '#') break;
    if (word === undefined) start = index;
    word ??= '';
    if (letter === '\\') {
      const next = line[++index];
      if (next === undefined) return undefined;
      word += next;
    } else if (letter === "'" || letter === '"') {
      const close = closing(line, index, letter);
      if (close === -1) return undefined;
      const inside = line.slice(index + 1, close);
      word += letter === '"' ? inside.replaceAll(/\\(["\\])/g, '$1') : inside;
      index = close;
    } else word += letter;
  }
  end();
  return words;
}

function closing(line: string, open: number, quote: string): number {
  for (let index = open + 1; index < line.length; index++) {
    if (quote === '"' && line[index] === '\\') index += 1;
    else if (line[index] === quote) return index;
  }
  return -1;
}
