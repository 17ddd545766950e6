import { isRecord } from '../../util/is-record.ts';
import { groupVersionOf, isOfKind, type Fields } from './kustomize-resource.ts';

/** Where a transformer writes: a path below objects of a kind, through lists too (kustomize's FieldSpec). */
export interface FieldSpec {
  /** `spec/template/metadata/labels`; `\/` for a slash in a key, `[]` after a key that must be a list. */
  readonly path: string;
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  /** Make what is missing on the way. */
  readonly create?: boolean;
}

/** Gives what stands at a field a new value; undefined when it is to be made. */
export type SetValue = (value: unknown) => unknown;

/** @param made what a missing last field starts as. */
export function setAtField(object: Fields, spec: FieldSpec, made: unknown, set: SetValue): void {
  const { kind, apiVersion } = object as { kind?: string; apiVersion?: string };
  if (!isOfKind({ ...groupVersionOf(apiVersion ?? ''), kind: kind ?? '', name: '', namespace: '' }, spec)) return;
  descend(object, splitPath(spec.path), spec.create === true, made, set);
}

function descend(value: unknown, path: readonly string[], create: boolean, made: unknown, set: SetValue): void {
  if (Array.isArray(value)) {
    for (const one of value as unknown[]) descend(one, path, create, made, set);
    return;
  }
  const [step, ...rest] = path;
  if (!isRecord(value) || step === undefined) return;
  const fields = value as Fields;
  const isList = step.endsWith('[]');
  const key = isList ? step.slice(0, -2) : step;
  if (fields[key] === undefined || fields[key] === null) {
    if (!create || isList) return;
    fields[key] = rest.length === 0 ? structuredClone(made) : {};
  }
  if (rest.length > 0) descend(fields[key], rest, create, made, set);
  else fields[key] = set(fields[key]);
}

function splitPath(path: string): string[] {
  return path.split(/(?<!\\)\//).map((step) => step.replaceAll('\\/', '/'));
}

/** As kustomize merges lists of them: one that a wider one covers already is left out. */
export function mergeFieldSpecs(specs: readonly FieldSpec[], more: readonly FieldSpec[]): FieldSpec[] {
  const merged = [...specs];
  for (const spec of more) {
    const covered = merged.some(
      (one) => one.path === spec.path && isOfKind({ group: one.group ?? '', version: one.version ?? '', kind: one.kind ?? '', name: '', namespace: '' }, spec),
    );
    if (!covered) merged.push(spec);
  }
  return merged;
}
