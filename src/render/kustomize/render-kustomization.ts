import type { KubeObject } from '../../kube/objects.ts';
import { hasErrors, type Diagnostic } from '../../util/diagnostic.ts';
import type { FilePosition } from '../../util/errors.ts';
import { accumulate } from './accumulate.ts';
import { addNameHashes } from './name-hash.ts';
import { asKubeObject, metadataOf } from './kustomize-resource.ts';
import { resolvePath, type KustomizeRun } from './kustomize-run.ts';
import { loadKustomization } from './load-kustomization.ts';
import { fixNameReferences } from './fix-name-references.ts';
import { sortResources } from './sort-objects.ts';
import { isRecord } from '../../util/is-record.ts';

export interface KustomizeInput {
  /** Texts by their path in the repository: `sno1/sites/kustomization.yaml`. */
  readonly files: ReadonlyMap<string, string>;
  /** The folder of the kustomization to build; `''` or `.` is the repository itself. */
  readonly path: string;
}

export interface Rendering {
  /** In the order in which kustomize prints them; undefined when something is wrong. */
  readonly objects: readonly KubeObject[] | undefined;
  /** All mistakes that were found, each with its file and line. */
  readonly diagnostics: readonly Diagnostic[];
  /** Where an object, or the generator it comes from, is written: for what is found wrong with it later. */
  readonly origins: ReadonlyMap<KubeObject, FilePosition>;
}

/**
 * What `kustomize build --enable-alpha-plugins` gives for a folder, for the part of kustomize that sites repositories use
 * (kustomize 5.8; README.md lists it). Everything else is refused by name, file and line. Pure.
 */
export function renderKustomization({ files, path }: KustomizeInput): Rendering {
  const run: KustomizeRun = { files, diagnostics: [] };
  const origins = new Map<KubeObject, FilePosition>();
  const folder = resolvePath('', path);
  const loaded = folder === undefined ? undefined : loadKustomization(run, folder, { path, line: 1, column: 1 });
  const resources = loaded && accumulate(run, loaded);
  if (loaded === undefined || resources === undefined || hasErrors(run.diagnostics)) return { objects: undefined, diagnostics: run.diagnostics, origins };
  addNameHashes(resources);
  fixNameReferences(run, resources);
  if (hasErrors(run.diagnostics)) return { objects: undefined, diagnostics: run.diagnostics, origins };
  const kept = resources.filter(({ object }) => !isLocal(object));
  const objects = sortResources(kept, loaded.kustomization.sortOptions).map((resource) => {
    const object = asKubeObject(resource);
    origins.set(object, resource.at);
    return object;
  });
  return { objects, diagnostics: run.diagnostics, origins };
}

/** Objects that only configure kustomize itself (`config.kubernetes.io/local-config`). */
function isLocal(object: Record<string, unknown>): boolean {
  const { annotations } = metadataOf(object);
  const value = isRecord(annotations) ? annotations['config.kubernetes.io/local-config'] : undefined;
  return value !== undefined && value !== 'false';
}
