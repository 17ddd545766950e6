import { isRecord } from '../../util/is-record.ts';
import { parseSources, type KeyPath, type SourceFile } from '../../util/source-file.ts';
import { GO_YAML } from './go-dialect.ts';
import { refuse, type KustomizeRun } from './kustomize-run.ts';
import type { FoundFile } from './read-file.ts';
import type { Fields } from './kustomize-resource.ts';

export interface ReadObject {
  readonly object: Fields;
  readonly file: SourceFile;
}

/** The objects of a YAML file, those of a List one by one; each with apiVersion, kind and name, as kustomize demands. */
export function readObjects(run: KustomizeRun, { path, text }: FoundFile): ReadObject[] {
  const { value: documents, diagnostics } = parseSources(path, text, GO_YAML);
  run.diagnostics.push(...diagnostics);
  return (documents ?? []).flatMap((file) => objectsOf(run, file, file.value));
}

function objectsOf(run: KustomizeRun, file: SourceFile, value: unknown): ReadObject[] {
  if (!isRecord(value)) {
    refuse(run, 'not-an-object', 'this is not a Kubernetes object', 'write a map with apiVersion, kind and metadata', file.at([]));
    return [];
  }
  const { kind, items } = value;
  if (typeof kind === 'string' && kind.endsWith('List') && 'items' in value) {
    return (Array.isArray(items) ? (items as unknown[]) : []).flatMap((item, index) => objectsOf(run, partOf(file, ['items', index], item), item));
  }
  return isComplete(run, file) ? [{ object: value, file }] : [];
}

/** Whether an object says what it is; if not, the run hears what is missing. */
export function isComplete(run: KustomizeRun, file: SourceFile): boolean {
  const missing = missingPart(file.value as Fields);
  if (missing === undefined) return true;
  refuse(run, 'missing-key', `key "${missing}" is missing`, `add ${missing}: every object of a kustomization needs it`, file.at([]));
  return false;
}

/** A part of a file as a file of its own, with another value if need be; positions are those in the file. */
export function partOf(file: SourceFile, keys: KeyPath, value: unknown): SourceFile {
  return {
    ...file,
    value,
    at: (inner) => file.at([...keys, ...inner]),
    atKey: (inner) => file.atKey([...keys, ...inner]),
    rawText: (inner) => file.rawText([...keys, ...inner]),
  };
}

function missingPart({ apiVersion, kind, metadata }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof kind !== 'string' || kind === '') return 'kind';
  if (typeof apiVersion !== 'string' || apiVersion === '') return 'apiVersion';
  return isRecord(metadata) && typeof metadata['name'] === 'string' && metadata['name'] !== '' ? undefined : 'metadata.name';
}
