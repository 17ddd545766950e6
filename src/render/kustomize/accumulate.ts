import type { FilePosition } from '../../util/errors.ts';
import { applyJsonPatches, applyPatches } from './apply-patches.ts';
import { generateMaps } from './generate-maps.ts';
import { currentId, idText, makeResource, sameId, type KustomizeResource } from './kustomize-resource.ts';
import { find, hasFailed, refuse, type KustomizeRun } from './kustomize-run.ts';
import { loadKustomization, type LoadedKustomization } from './load-kustomization.ts';
import { mergeGenerated } from './merge-generated.ts';
import { isRemote, readFile } from './read-file.ts';
import { readObjects } from './read-objects.ts';
import { runGenerators } from './run-generators.ts';
import { addLabels, addNamePrefix, addNameSuffix, setNamespace } from './transform-resources.ts';

/**
 * Everything a kustomization and those below it give, transformed in kustomize's order; names are not final yet.
 *
 * @param above folders being read already: one that includes itself never ends.
 * @param given what a component starts from.
 */
export function accumulate(
  run: KustomizeRun,
  loaded: LoadedKustomization,
  above: readonly string[] = [],
  given: readonly KustomizeResource[] = [],
): KustomizeResource[] | undefined {
  const { file, kustomization } = loaded;
  const folders = [...above, loaded.folder];
  const resources = [...given];
  for (const list of ['resources', 'bases'] as const) {
    for (const [index, path] of (kustomization[list] ?? []).entries()) append(run, resources, readResource(run, loaded, folders, path, file.at([list, index])));
  }
  mergeGenerated(run, resources, [...generateMaps(run, loaded), ...runGenerators(run, loaded)]);
  let all = resources;
  for (const [index, path] of (kustomization.components ?? []).entries()) {
    const component = subFolder(run, loaded, folders, path, file.at(['components', index]), 'Component');
    all = (component && accumulate(run, component, folders, all)) ?? all;
  }
  if (hasFailed(run)) return undefined;
  all = applyPatches(run, all, loaded);
  setNamespace(run, all, loaded);
  addNamePrefix(all, kustomization.namePrefix ?? '');
  addNameSuffix(all, kustomization.nameSuffix ?? '');
  addLabels(all, loaded);
  return applyJsonPatches(run, all, loaded);
}

function readResource(
  run: KustomizeRun,
  loaded: LoadedKustomization,
  folders: readonly string[],
  path: string,
  at: FilePosition,
): readonly KustomizeResource[] {
  const found = isRemote(path) ? undefined : find(run, loaded.folder, path);
  if (found?.kind === 'folder') {
    const below = subFolder(run, loaded, folders, path, at, 'Kustomization');
    return (below && accumulate(run, below, folders)) ?? [];
  }
  const file = readFile(run, loaded.folder, path, at);
  return file === undefined ? [] : readObjects(run, file).map(({ object, file: source }) => makeResource(object, source.at([])));
}

function subFolder(
  run: KustomizeRun,
  loaded: LoadedKustomization,
  folders: readonly string[],
  path: string,
  at: FilePosition,
  kind: 'Kustomization' | 'Component',
): LoadedKustomization | undefined {
  const found = isRemote(path) ? undefined : find(run, loaded.folder, path);
  if (found?.kind !== 'folder')
    return refuse(run, 'no-such-folder', `there is no folder ${path} in this repository`, 'name a folder by its path from the kustomization', at);
  if (folders.includes(found.path)) return refuse(run, 'endless-kustomization', `${path} includes this kustomization again`, 'remove one of the two', at);
  const below = loadKustomization(run, found.path, at);
  const is = below?.kustomization.kind ?? 'Kustomization';
  if (below === undefined || is === kind) return below;
  const list = is === 'Component' ? 'components' : 'resources';
  return refuse(run, 'wrong-kind', `${path} is a ${is}, not a ${kind}`, `list it under ${list}`, at);
}

function append(run: KustomizeRun, resources: KustomizeResource[], more: readonly KustomizeResource[]): void {
  for (const resource of more) {
    const id = currentId(resource);
    const same = resources.find((one) => sameId(currentId(one), id));
    if (same === undefined) resources.push(resource);
    else refuse(run, 'duplicate-object', `${idText(id)} is already in ${same.at.path}, line ${same.at.line}`, 'remove or rename one of the two', resource.at);
  }
}
