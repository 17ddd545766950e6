import { stringify } from 'yaml';
import { isRecord } from '../../../util/is-record.ts';
import { parseSource, type KeyPath, type SourceFile } from '../../../util/source-file.ts';
import type { SiteConfigCluster } from '../../siteconfig-v1/site-config.ts';
import { GO_YAML } from '../go-dialect.ts';
import { find, refuse, type KustomizeRun } from '../kustomize-run.ts';

/** Manifests for the installation: the files of the search paths, or of extraManifestPath, each with the generator's mark. */
export function extraManifests(run: KustomizeRun, folder: string, cluster: SiteConfigCluster, file: SourceFile, keys: KeyPath): Record<string, string> {
  const { searchPaths, filter } = (cluster.extraManifests ?? {}) as { searchPaths?: readonly string[]; filter?: Filter };
  const manifests: Record<string, string> = {};
  for (const [index, path] of (searchPaths ?? []).entries()) {
    Object.assign(manifests, readFolder(run, folder, path, file, [...keys, 'extraManifests', 'searchPaths', index]));
  }
  if (searchPaths !== undefined) return filtered(run, manifests, filter, file, [...keys, 'extraManifests', 'filter']);
  const message = 'the manifests of the generator’s own image are not rendered';
  const hint = 'copy them into the repository, and name them with extraManifests.searchPaths';
  run.diagnostics.push({ id: 'not-rendered', severity: 'warning', message, hint, at: file.at(keys) });
  if (cluster.extraManifestPath) Object.assign(manifests, readFolder(run, folder, cluster.extraManifestPath, file, [...keys, 'extraManifestPath']));
  return filtered(run, manifests, filter, file, [...keys, 'extraManifests', 'filter']);
}

interface Filter {
  readonly inclusionDefault?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

function readFolder(run: KustomizeRun, folder: string, path: string, config: SourceFile, keys: KeyPath): Record<string, string> {
  const found = find(run, folder, path);
  if (found?.kind !== 'folder')
    return refuse(run, 'no-such-folder', `there is no folder ${path}`, 'name a folder by its path from the kustomization', config.at(keys)) ?? {};
  const manifests: Record<string, string> = {};
  for (const [file, text] of run.files) {
    const name = file.slice(found.path.length + 1);
    if (!file.startsWith(`${found.path}/`) || name.includes('/') || name.startsWith('.')) continue;
    if (name.endsWith('.tmpl'))
      refuse(run, 'not-rendered', `the template ${name} is not rendered`, 'commit what it renders', { path: file, line: 1, column: 1 });
    else {
      const { value: source, diagnostics } = parseSource(file, text, GO_YAML);
      run.diagnostics.push(...diagnostics);
      if (source === undefined) continue;
      if (isRecord(source.value)) manifests[name] = marked(source.value);
      else refuse(run, 'not-an-object', 'this is not a manifest', 'write a map with apiVersion, kind and metadata', source.at([]));
    }
  }
  return manifests;
}

/** With the generator's annotation, and written as Go's YAML library does: keys sorted, four spaces. */
function marked(manifest: Readonly<Record<string, unknown>>): string {
  const metadata = isRecord(manifest['metadata']) ? manifest['metadata'] : {};
  const annotations = { ...(isRecord(metadata['annotations']) ? metadata['annotations'] : {}), 'ran.openshift.io/ztp-gitops-generated': '{}' };
  return stringify({ ...manifest, metadata: { ...metadata, annotations } }, { version: '1.1', indent: 4, sortMapEntries: true, lineWidth: 0 });
}

function filtered(run: KustomizeRun, manifests: Record<string, string>, filter: Filter | undefined, file: SourceFile, keys: KeyPath): Record<string, string> {
  if (filter === undefined) return manifests;
  const { inclusionDefault = 'include', include = [], exclude = [] } = filter;
  const byDefault = inclusionDefault.toLowerCase();
  const wrong = (message: string, hint: string): Record<string, string> => refuse(run, 'wrong-filter', message, hint, file.at(keys)) ?? {};
  if (byDefault !== 'include' && byDefault !== 'exclude') return wrong(`inclusionDefault cannot be ${inclusionDefault}`, 'write include or exclude');
  const [named, idle] = byDefault === 'include' ? [exclude, include] : [include, exclude];
  if (idle.length > 0) return wrong(`with inclusionDefault ${byDefault} the list ${byDefault} has no meaning`, 'remove it');
  const missing = named.find((name) => manifests[name] === undefined);
  if (missing !== undefined) return wrong(`there is no manifest ${missing}`, `name one of: ${Object.keys(manifests).join(', ')}`);
  return Object.fromEntries(Object.entries(manifests).filter(([name]) => named.includes(name) === (byDefault === 'exclude')));
}
