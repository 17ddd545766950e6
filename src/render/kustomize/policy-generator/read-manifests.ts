import { isRecord } from '../../../util/is-record.ts';
import { parseSources, type KeyPath, type SourceFile } from '../../../util/source-file.ts';
import { applyMergePatch } from '../apply-patches.ts';
import { GO_YAML } from '../go-dialect.ts';
import { makeResource, metadataOf, type Fields } from '../kustomize-resource.ts';
import { find, refuse, type KustomizeRun } from '../kustomize-run.ts';
import { isBelow, type FoundFile } from '../read-file.ts';
import { isComplete, partOf, type ReadObject } from '../read-objects.ts';
import type { FullManifest } from './policy-with-defaults.ts';

/** The objects of a manifest's file, or of the files in its folder, with its patches applied. */
export function readManifests(run: KustomizeRun, folder: string, manifest: FullManifest, config: SourceFile, keys: KeyPath): Fields[] {
  const read = manifestFiles(run, folder, manifest.path, config, keys).flatMap((file) => readManifest(run, file));
  if (manifest.patches.length === 0 || !read.every(({ file }) => isComplete(run, file))) return read.map(({ object }) => object);
  const [only] = read;
  if (only === undefined) return [];
  if (read.length === 1 && manifest.patches.length === 1) renameByPatch(only.object, manifest.patches[0]!);
  let resources = read.map(({ object, file }) => makeResource(object, file.at([])));
  for (const [index, patch] of manifest.patches.entries()) {
    const document = partOf(config, [...keys, 'patches', index], read.length === 1 ? identified(patch, only.object) : patch);
    if (read.length > 1 && !isComplete(run, document)) continue;
    resources = applyMergePatch(run, resources, document);
  }
  return resources.map(({ object }) => object);
}

function manifestFiles(run: KustomizeRun, folder: string, path: string, config: SourceFile, keys: KeyPath): FoundFile[] {
  const at = config.at([...keys, 'path']);
  const found = find(run, folder, path);
  if (found === undefined) return refuse(run, 'no-such-file', `there is no ${path}`, 'name a file or folder by its path from the kustomization', at) ?? [];
  if (!isBelow(found.path, folder)) return refuse(run, 'outside-file', `${path} is not below the folder of the kustomization`, 'move it there', at) ?? [];
  if (found.kind === 'file') return [found];
  const files = [...run.files].filter(([one]) => one.startsWith(`${found.path}/`) && !one.slice(found.path.length + 1).includes('/'));
  if (files.some(([one]) => /\/kustomization\.ya?ml$|\/Kustomization$/.test(one))) {
    return refuse(run, 'not-rendered', `${path} is a kustomization, which is not rendered as a manifest`, 'name the files of the objects', at) ?? [];
  }
  const yaml = files.filter(([one]) => /\.ya?ml$/.test(one)).sort(([a], [b]) => (a < b ? -1 : 1));
  return yaml.map(([one, text]) => ({ path: one, text }));
}

function readManifest(run: KustomizeRun, { path, text }: FoundFile): ReadObject[] {
  const { value = [], diagnostics } = parseSources(path, text, GO_YAML);
  run.diagnostics.push(...diagnostics);
  return value.flatMap((file) => {
    const { value: object } = file;
    if (isRecord(object) && 'object-templates-raw' in object) {
      return (
        refuse(run, 'not-rendered', 'object-templates-raw is not rendered', 'write the ConfigurationPolicy yourself', file.atKey(['object-templates-raw'])) ??
        []
      );
    }
    if (isRecord(object) && typeof object['kind'] === 'string' && typeof object['apiVersion'] === 'string') return [{ object, file }];
    return refuse(run, 'not-an-object', 'this is not a Kubernetes object', 'write a map with apiVersion, kind and metadata', file.at([])) ?? [];
  });
}

/** A single patch of a single object may say another name and namespace. */
function renameByPatch(object: Fields, { metadata }: Readonly<Record<string, unknown>>): void {
  if (!isRecord(metadata)) return;
  for (const key of ['name', 'namespace']) {
    const value = metadata[key];
    if (typeof value === 'string' && value !== '') metadataOf(object)[key] = value;
  }
}

/** A patch of a single object need not say whose it is. */
function identified(patch: Readonly<Record<string, unknown>>, { apiVersion, kind, metadata }: Fields): Fields {
  const { name, namespace } = isRecord(metadata) ? metadata : {};
  const own = isRecord(patch['metadata']) ? patch['metadata'] : {};
  const where = own['namespace'] ?? namespace;
  return {
    ...patch,
    apiVersion: patch['apiVersion'] ?? apiVersion,
    kind: patch['kind'] ?? kind,
    metadata: { ...own, name: own['name'] ?? name, ...(where !== undefined && { namespace: where }) },
  };
}
