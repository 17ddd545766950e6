import type { Diagnostic } from '../util/diagnostic.ts';
import { parseSource, type KeyPath, type Parsed, type SourceFile } from '../util/source-file.ts';

/** One file of a lab that is written in several. */
export interface LabPart {
  readonly path: string;
  readonly text: string;
}

/** What a part may hold: things that have names. The rest is said once, in the lab file. */
const SECTIONS: readonly string[] = ['networks', 'servers', 'hosts', 'clusters', 'profiles'];

/**
 * One lab of several files: the maps `networks`, `servers`, `hosts`, `clusters` and `profiles` of all, the lab file's first, then those of the parts in
 * their order. A name that two files have is an error that tells both places; nothing overrides anything.
 */
export function mergeParts(main: SourceFile, parts: readonly LabPart[]): Parsed<SourceFile> {
  const diagnostics: Diagnostic[] = [];
  const merged: Record<string, unknown> = isMap(main.value) ? { ...main.value } : {};
  const owners = new Map<string, SourceFile>();
  for (const section of SECTIONS) for (const name of namesIn(main, section)) owners.set(`${section}/${name}`, main);
  for (const { path, text } of parts) {
    const parsed = parseSource(path, text);
    diagnostics.push(...parsed.diagnostics);
    // A file of comments alone adds nothing.
    if (parsed.value && parsed.value.value !== null) addPart(merged, owners, parsed.value, diagnostics);
  }
  if (!isMap(main.value) || diagnostics.some(({ severity }) => severity === 'error')) return { value: isMap(main.value) ? undefined : main, diagnostics };
  const ownerOf = ([section, name]: KeyPath): SourceFile => owners.get(`${section}/${name}`) ?? main;
  const source: SourceFile = {
    ...main,
    value: merged,
    at: (keys) => ownerOf(keys).at(keys),
    atKey: (keys) => ownerOf(keys).atKey(keys),
    rawText: (keys) => ownerOf(keys).rawText(keys),
  };
  return { value: source, diagnostics };
}

function addPart(merged: Record<string, unknown>, owners: Map<string, SourceFile>, part: SourceFile, diagnostics: Diagnostic[]): void {
  const error = (id: string, keys: KeyPath, message: string, hint: string): void => {
    diagnostics.push({ id, severity: 'error', message, hint, at: keys.length === 0 ? part.at(keys) : part.atKey(keys) });
  };
  if (!isMap(part.value)) return error('wrong-type', [], `${part.path} is not a map of keys`, `write some of: ${SECTIONS.join(', ')}`);
  for (const section of Object.keys(part.value)) {
    if (!SECTIONS.includes(section)) {
      error('not-in-part', [section], `${section} is said once, in the lab file`, `move it there; here are only: ${SECTIONS.join(', ')}`);
      continue;
    }
    const into = merged[section];
    if (into !== undefined && !isMap(into)) continue;
    if (!isMap(part.value[section])) {
      error('wrong-type', [section], `${section} is not a map of names`, `write ${section}: {NAME: …}`);
      continue;
    }
    const all: Record<string, unknown> = { ...into };
    for (const [name, value] of Object.entries(part.value[section])) {
      const first = owners.get(`${section}/${name}`);
      if (first) {
        const { path, line, column } = first.atKey([section, name]);
        error('declared-twice', [section, name], `${name} of ${section} is also in ${path}:${line}:${column}`, 'keep one of the two');
        continue;
      }
      owners.set(`${section}/${name}`, part);
      all[name] = value;
    }
    merged[section] = all;
  }
}

function namesIn(source: SourceFile, section: string): string[] {
  const map = isMap(source.value) ? source.value[section] : undefined;
  return isMap(map) ? Object.keys(map) : [];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
