import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A small repository in one readable text, in the way of Go's txtar: what it shows, then each file below a line `-- PATH --`. */
export interface Archive {
  readonly name: string;
  /** The first line: what holds. */
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
}

export function readArchives(folder: string): Archive[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .map((file) => readArchive(basename(file, '.txt'), readFileSync(join(folder, file), 'utf8')));
}

function readArchive(name: string, text: string): Archive {
  const [title = '', ...parts] = text.split(/^-- (.+) --\n/m);
  const files = new Map<string, string>();
  for (let index = 0; index < parts.length; index += 2) files.set(parts[index]!, parts[index + 1]!);
  return { name, title: title.trim(), files };
}
