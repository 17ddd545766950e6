import * as z from 'zod';
import type { KubeObject } from '../kube/objects.ts';
import { formatDiagnostic } from '../util/diagnostic.ts';
import { LabwrightError, type FilePosition } from '../util/errors.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { MAX_SOURCE_BYTES, parseSources, type KeyPath, type SourceFile } from '../util/source-file.ts';

/** An object of a file, and where it begins. */
export interface GivenManifest {
  readonly object: KubeObject;
  readonly at: FilePosition;
  /** Where a part of it stands, or the nearest part above that is there. */
  readonly place: (keys: KeyPath) => FilePosition;
}

const Manifest = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({ name: z.string().min(1), namespace: z.string().optional() }),
});
const List = z.looseObject({ kind: z.string().endsWith('List'), items: z.array(z.unknown()) });

/**
 * The Kubernetes objects in YAML or JSON files: one, several documents, or a List of them.
 *
 * Prints warnings of the parser on stderr.
 * @throws LabwrightError `bad_input` at the first place that cannot be read.
 */
export async function readManifests(paths: readonly string[]): Promise<readonly GivenManifest[]> {
  const found: GivenManifest[] = [];
  for (const path of paths) {
    const text = await readTextFile(path, { maxBytes: MAX_SOURCE_BYTES, hint: 'name a file of Kubernetes objects, as YAML or JSON' });
    const { value: documents, diagnostics } = parseSources(path, text);
    const lines = text.split('\n');
    for (const one of diagnostics) {
      if (one.severity === 'error') throw new LabwrightError('bad_input', one.message, { at: one.at, hint: one.hint });
      process.stderr.write(`${formatDiagnostic(one, (_path, line) => lines[line - 1])}\n`);
    }
    for (const document of documents ?? []) found.push(...manifestsIn(document));
  }
  return found;
}

function manifestsIn(document: SourceFile): readonly GivenManifest[] {
  const list = List.safeParse(document.value);
  if (!list.success) return [manifest(document, document.value, [])];
  return list.data.items.map((item, index) => manifest(document, item, ['items', index]));
}

function manifest(document: SourceFile, value: unknown, keys: KeyPath): GivenManifest {
  const { data, error } = Manifest.safeParse(value);
  if (data !== undefined) return { object: data, at: document.at(keys), place: (inner) => document.at([...keys, ...inner]) };
  const path = error.issues[0]!.path.filter((key) => typeof key !== 'symbol');
  const where = path.length === 0 ? 'this' : path.join('.');
  throw new LabwrightError('bad_input', path.length === 0 ? 'this is no Kubernetes object' : `this Kubernetes object needs a text in ${where}`, {
    at: document.at([...keys, ...path]),
    hint: 'write apiVersion, kind and metadata.name',
  });
}
