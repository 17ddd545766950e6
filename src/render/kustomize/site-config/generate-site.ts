import { checkShape } from '../../../util/check-shape.ts';
import { isRecord } from '../../../util/is-record.ts';
import { parseSource, type KeyPath, type SourceFile } from '../../../util/source-file.ts';
import { SiteConfig, type SiteConfigCluster } from '../../siteconfig-v1/site-config.ts';
import { makeResource, type KustomizeResource } from '../kustomize-resource.ts';
import { hasFailed, refuse, type KustomizeRun } from '../kustomize-run.ts';
import type { LoadedKustomization } from '../load-kustomization.ts';
import { readFile } from '../read-file.ts';
import type { ReadObject } from '../read-objects.ts';
import { extraManifests } from './extra-manifests.ts';
import { siteObjects } from './site-objects.ts';

/**
 * The objects of a SiteConfig v1 or v2, as ztp's siteconfig-generator makes them (reference/ztp.md §4.2, its source in
 * cnf-features-deploy). It could not be built here, so nothing compares the two.
 */
export function generateSite(run: KustomizeRun, { folder }: LoadedKustomization, { object, file }: ReadObject): KustomizeResource[] {
  const { value: site, diagnostics } = checkShape(SiteConfig, { ...file, value: object });
  run.diagnostics.push(...diagnostics);
  if (site === undefined) return [];
  refuseFields(run, site.spec, file, ['spec']);
  return site.spec.clusters.flatMap((cluster, index) => {
    const keys = ['spec', 'clusters', index];
    checkCluster(run, site, cluster, file, keys);
    const files = { manifests: extraManifests(run, folder, cluster, file, keys), bios: biosSettings(run, folder, site, cluster, file, keys) };
    return hasFailed(run) ? [] : siteObjects(site, cluster, files).map((one) => makeResource(one, file.at(keys)));
  });
}

/** Fields that the generator renders from files or templates of its own image, or from what a text cannot show here. */
const NOT_RENDERED: Readonly<Record<string, string>> = {
  crTemplates: 'write the change as a patch of the kustomization',
  extraManifestOnly: 'list the manifests under resources',
  mergeDefaultMachineConfigs: 'merge the MachineConfigs yourself, and commit the result',
  siteConfigMap: 'create the ConfigMap with configMapGenerator',
  cpuset: 'set cpuPartitioningMode: AllNodes and reserve the CPUs in a PerformanceProfile',
  diskPartition: 'write the partitions into ignitionConfigOverride of the node',
};

function refuseFields(run: KustomizeRun, holder: Readonly<Record<string, unknown>>, file: SourceFile, keys: KeyPath): void {
  for (const [field, hint] of Object.entries(NOT_RENDERED)) {
    const value = holder[field];
    if (value !== undefined && value !== false) refuse(run, 'not-rendered', `${field} of a SiteConfig is not rendered`, hint, file.atKey([...keys, field]));
  }
}

function checkCluster(run: KustomizeRun, site: SiteConfig, cluster: SiteConfigCluster, file: SourceFile, keys: KeyPath): void {
  const wrong = (message: string, hint: string, ...inner: KeyPath): undefined => refuse(run, 'wrong-site', message, hint, file.at([...keys, ...inner]));
  refuseFields(run, cluster, file, keys);
  for (const [index, node] of cluster.nodes.entries()) refuseFields(run, node, file, [...keys, 'nodes', index]);
  const masters = cluster.nodes.filter(({ role }) => role === 'master').length;
  if (masters !== 1 && masters !== 3)
    wrong(`${cluster.clusterName} has ${masters} masters`, 'SiteConfig takes 1 or 3: correct the roles of its nodes', 'nodes');
  if (!cluster.clusterImageSetNameRef && !site.spec.clusterImageSetNameRef) {
    wrong(`${cluster.clusterName} names no clusterImageSetNameRef`, 'add it to the cluster or to spec');
  }
  const same = site.spec.clusters.find(({ clusterName }) => clusterName === cluster.clusterName);
  if (same !== cluster) wrong(`there are two clusters ${cluster.clusterName}`, 'rename one of them', 'clusterName');
  if ((cluster.diskEncryption?.type ?? 'none') !== 'none') {
    wrong('diskEncryption is rendered from a template of the generator’s image', 'commit the MachineConfig as an extra manifest', 'diskEncryption');
  }
  if (['full', 'policies'].includes(cluster.clusterLabels?.['ztp-accelerated-provisioning'] ?? '')) {
    wrong('accelerated provisioning is not rendered', 'remove the label ztp-accelerated-provisioning', 'clusterLabels');
  }
  if (!isJsonObject(cluster.installConfigOverrides)) wrong('installConfigOverrides is no JSON object', 'write it as {"key": …}', 'installConfigOverrides');
}

function isJsonObject(text = ''): boolean {
  if (text === '') return true;
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return false;
  }
}

/** The node's file, or else the cluster's, or else the site's. */
function biosSettings(
  run: KustomizeRun,
  folder: string,
  site: SiteConfig,
  cluster: SiteConfigCluster,
  file: SourceFile,
  keys: KeyPath,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const settings = new Map<string, Readonly<Record<string, string>>>();
  for (const [index, node] of cluster.nodes.entries()) {
    const reference = node.biosConfigRef ?? cluster.biosConfigRef ?? site.spec.biosConfigRef;
    if (reference === undefined) continue;
    const at = file.at(
      node.biosConfigRef ? [...keys, 'nodes', index, 'biosConfigRef'] : cluster.biosConfigRef ? [...keys, 'biosConfigRef'] : ['spec', 'biosConfigRef'],
    );
    const found = readFile(run, folder, reference.filePath, at);
    if (found === undefined) continue;
    const { value: source, diagnostics } = parseSource(found.path, found.text);
    run.diagnostics.push(...diagnostics);
    if (source === undefined) continue;
    // The generator reads every value as the text that stands there.
    if (isRecord(source.value)) settings.set(node.hostName, Object.fromEntries(Object.keys(source.value).map((key) => [key, textOf(source, key)])));
    else refuse(run, 'wrong-bios', 'these are no BIOS settings', 'write a map of names and values', source.at([]));
  }
  return settings;
}

function textOf(source: SourceFile, key: string): string {
  const value = (source.value as Readonly<Record<string, unknown>>)[key];
  return typeof value === 'string' ? value : (source.rawText([key]) ?? '');
}
