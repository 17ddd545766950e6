import jsonPatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import type { FilePosition } from '../../util/errors.ts';
import { GO_YAML } from './go-dialect.ts';
import { isRecord } from '../../util/is-record.ts';
import { parseSources, type SourceFile } from '../../util/source-file.ts';
import type { LoadedKustomization } from './load-kustomization.ts';
import type { KustomizationPatch } from './kustomization-file.ts';
import { allIds, currentId, idText, metadataOf, sameId, storePreviousId, type Fields, type KustomizeResource } from './kustomize-resource.ts';
import { refuse, type KustomizeRun } from './kustomize-run.ts';
import { mergeSchemaOf } from './merge-keys.ts';
import { readFile } from './read-file.ts';
import { isComplete } from './read-objects.ts';
import { BadTarget, selectResources } from './select-resources.ts';
import { MergeMismatch, strategicMerge } from './strategic-merge.ts';

/** `patchesStrategicMerge` and `patches`, in kustomize's order; `patchesJson6902` come after names and labels. */
export function applyPatches(run: KustomizeRun, resources: readonly KustomizeResource[], loaded: LoadedKustomization): KustomizeResource[] {
  const { file, kustomization } = loaded;
  let left = [...resources];
  for (const [index, patch] of (kustomization.patchesStrategicMerge ?? []).entries()) {
    const at = file.at(['patchesStrategicMerge', index]);
    left = applyPatch(run, left, loaded, { ...(patch.includes('\n') ? { patch } : { path: patch }), copied: true }, at);
  }
  for (const [index, patch] of (kustomization.patches ?? []).entries()) {
    left = applyPatch(run, left, loaded, { ...patch, copied: patch.target !== undefined }, file.at(['patches', index]));
  }
  return left;
}

export function applyJsonPatches(run: KustomizeRun, resources: readonly KustomizeResource[], loaded: LoadedKustomization): KustomizeResource[] {
  let left = [...resources];
  for (const [index, patch] of (loaded.kustomization.patchesJson6902 ?? []).entries()) {
    left = applyPatch(run, left, loaded, { ...patch, copied: true }, loaded.file.at(['patchesJson6902', index]));
  }
  return left;
}

interface ReadPatch extends KustomizationPatch {
  /** Whether kustomize copies the patch for each of its targets. */
  readonly copied: boolean;
}

function applyPatch(run: KustomizeRun, resources: KustomizeResource[], loaded: LoadedKustomization, patch: ReadPatch, at: FilePosition): KustomizeResource[] {
  const documents = patchDocuments(run, loaded, patch, at);
  const [first] = documents;
  if (first === undefined) return resources;
  if (Array.isArray(first.value)) {
    applyOperations(run, resources, patch, first.value as Operation[], at);
    return resources;
  }
  if (patch.target !== undefined && documents.length > 1) {
    refuse(run, 'many-patches', 'a patch with a target is one document', 'write one entry of patches for each', at);
    return resources;
  }
  return documents.reduce((left, document) => applyMergePatch(run, left, document, patch, at), resources);
}

/** A strategic merge patch on the objects it is for: its target's, or the one that it names. */
export function applyMergePatch(
  run: KustomizeRun,
  resources: readonly KustomizeResource[],
  document: SourceFile,
  patch: ReadPatch = { copied: true },
  at: FilePosition = document.at([]),
): KustomizeResource[] {
  const targets = new Set(targetsOf(run, resources, patch, document, at));
  return resources.filter((resource) => !targets.has(resource) || mergeInto(run, resource, patch, document));
}

/** Positions of an inline patch are those of the kustomization: its own lines begin somewhere in there. */
function patchDocuments(run: KustomizeRun, { folder, file }: LoadedKustomization, patch: KustomizationPatch, at: FilePosition): readonly SourceFile[] {
  const inline = patch.patch?.trim() ?? '';
  if ((inline === '') === ((patch.path ?? '') === '')) {
    refuse(run, 'wrong-patch', 'a patch has either path or patch', 'write one of the two', at);
    return [];
  }
  const found = inline === '' ? readFile(run, folder, patch.path!, at) : { path: file.path, text: inline };
  if (found === undefined) return [];
  const { value = [], diagnostics } = parseSources(found.path, found.text, GO_YAML);
  run.diagnostics.push(...(inline === '' ? diagnostics : diagnostics.map((one) => ({ ...one, at }))));
  const wrong = value.find(({ value: document }) => !isRecord(document) && !Array.isArray(document));
  if (wrong === undefined) return inline === '' ? value : value.map((one) => ({ ...one, at: () => at, atKey: () => at }));
  refuse(run, 'wrong-patch', 'this is no patch', 'write an object, or a list of JSON patch operations', inline === '' ? wrong.at([]) : at);
  return [];
}

function targetsOf(
  run: KustomizeRun,
  resources: readonly KustomizeResource[],
  patch: KustomizationPatch,
  document: SourceFile,
  at: FilePosition,
): KustomizeResource[] {
  if (patch.target !== undefined) return selected(run, resources, patch, at);
  if (!isComplete(run, document)) return [];
  const id = currentId({ object: document.value as Fields } as KustomizeResource);
  const targets = resources.filter((resource) => allIds(resource).some((one) => sameId(one, id)));
  if (targets.length === 1) return targets;
  const hint = targets.length === 0 ? 'correct kind, name or namespace, or give the patch a target' : 'give the patch a target';
  refuse(run, 'no-patch-target', `${targets.length === 0 ? 'no object' : 'more than one object'} is ${idText(id)}`, hint, document.at([]));
  return [];
}

function selected(run: KustomizeRun, resources: readonly KustomizeResource[], { target = {} }: KustomizationPatch, at: FilePosition): KustomizeResource[] {
  try {
    return selectResources(resources, target);
  } catch (error) {
    if (!(error instanceof BadTarget)) throw error;
    refuse(run, 'wrong-target', error.message, 'correct it', at);
    return [];
  }
}

/** @returns whether the object is still there. */
function mergeInto(run: KustomizeRun, resource: KustomizeResource, { options = {}, copied }: ReadPatch, document: SourceFile): boolean {
  const { kind, metadata } = resource.object as { kind: unknown; metadata: Fields };
  const { name, namespace } = metadata;
  if (options.allowNameChange || options.allowKindChange) storePreviousId(resource);
  const patch = patchOf(document, copied);
  try {
    const merged = strategicMerge(resource.object, patch, mergeSchemaOf(currentId(resource)));
    if (merged === undefined) return false;
    resource.object = merged as Fields;
  } catch (error) {
    if (!(error instanceof MergeMismatch)) throw error;
    refuse(run, 'patch-mismatch', `the patch does not fit ${idText(currentId(resource))}: ${error.message}`, 'correct the patch', document.at([]));
    return true;
  }
  const patched = metadataOf(resource.object);
  if (!options.allowKindChange) resource.object['kind'] = kind;
  if (!options.allowNameChange) patched['name'] = name;
  if (namespace === undefined) delete patched['namespace'];
  else patched['namespace'] = namespace;
  return true;
}

/** What kustomize copies for several targets loses nulls: there a label or annotation cannot be deleted, it becomes the text "null". */
function patchOf({ value }: SourceFile, copied: boolean): Fields {
  const { apiVersion: _, ...patch } = structuredClone(value) as Fields;
  if (!copied || !isRecord(patch['metadata'])) return patch;
  const metadata: Fields = { ...patch['metadata'] };
  for (const key of ['labels', 'annotations']) {
    const texts = metadata[key];
    if (isRecord(texts)) metadata[key] = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, String(text)]));
  }
  return { ...patch, metadata };
}

function applyOperations(
  run: KustomizeRun,
  resources: readonly KustomizeResource[],
  patch: KustomizationPatch,
  operations: Operation[],
  at: FilePosition,
): void {
  if (patch.target === undefined) return refuse(run, 'no-patch-target', 'a JSON patch needs a target', 'add target: {kind: …, name: …}', at);
  for (const resource of selected(run, resources, patch, at)) {
    storePreviousId(resource);
    try {
      resource.object = jsonPatch.applyPatch(resource.object, structuredClone(operations), true, true).newDocument;
    } catch (error) {
      const { name = '', index = 0 } = error as { name?: string; index?: number };
      const operation = operations[index];
      const what = operation === undefined ? 'the patch' : `${operation.op} ${operation.path}`;
      refuse(run, 'patch-mismatch', `${what} does not fit ${idText(currentId(resource))}: ${WHY[name] ?? name}`, 'correct the patch', at);
    }
  }
}

const WHY: Readonly<Record<string, string>> = {
  OPERATION_PATH_UNRESOLVABLE: 'there is no such field',
  OPERATION_PATH_CANNOT_ADD: 'the field above it is missing',
  OPERATION_PATH_INVALID: 'the path is no JSON pointer',
  OPERATION_OP_INVALID: 'there is no such operation',
  OPERATION_VALUE_REQUIRED: 'value is missing',
  OPERATION_FROM_UNRESOLVABLE: 'there is nothing at from',
  TEST_OPERATION_FAILED: 'the test fails',
};
