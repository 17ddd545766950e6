import type { KubeObject } from '../../kube/objects.ts';
import { convertSiteConfig } from '../../render/siteconfig-v1/convert-site-config.ts';
import { SITE_CONFIG, SiteConfig } from '../../render/siteconfig-v1/site-config.ts';
import { checkShape } from '../../util/check-shape.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';
import { isRecord } from '../../util/is-record.ts';
import { parseSources, type Parsed, type SourceFile } from '../../util/source-file.ts';
import { CLUSTER_INSTANCE, CONFIG_MAP } from '../kinds.ts';
import { clusterOf, instanceMistake } from './read-instance.ts';
import type { SiteCluster, SiteFolder } from './site.ts';

/**
 * The SiteConfig of a folder as a ClusterInstance, for hubs without the plugin; what changes or is lost is a warning with its
 * line. Its extra manifests are the ConfigMap that the plugin would have made.
 */
export function convertSite({ commit, rendering, path, cluster }: SiteFolder): Parsed<SiteCluster> {
  const diagnostics: Diagnostic[] = [];
  const manifests = (rendering.objects ?? []).filter(
    ({ kind, metadata, data }) => kind === CONFIG_MAP.kind && metadata.namespace === cluster && isRecord(data) && Object.keys(data).length > 0,
  );
  for (const file of siteConfigs(commit.files, path)) {
    const shape = checkShape(SiteConfig, file);
    if (shape.value === undefined || !shape.value.spec.clusters.some(({ clusterName }) => clusterName === cluster)) continue;
    const { objects, notes } = convertSiteConfig(shape.value, file, { manifests: manifests.map(({ metadata }) => metadata.name) });
    diagnostics.push(...notes);
    const instance = objects.find((object): object is KubeObject => object.kind === CLUSTER_INSTANCE.kind && object.metadata.name === cluster);
    if (instance === undefined) continue;
    const at = file.at(['spec', 'clusters', shape.value.spec.clusters.findIndex(({ clusterName }) => clusterName === cluster)]);
    const mistake = instanceMistake(instance, cluster);
    if (mistake === undefined) return { value: clusterOf(instance, at, [...manifests, instance]), diagnostics };
    return { value: undefined, diagnostics: [...diagnostics, { severity: 'error', at, ...mistake }] };
  }
  const at = { path: `${path}/kustomization.yaml`, line: 1, column: 1 };
  const hint = 'list its file under generators in the kustomization of that folder';
  return {
    value: undefined,
    diagnostics: [...diagnostics, { id: 'no-cluster', severity: 'error', message: `${path} has no SiteConfig of ${cluster}`, hint, at }],
  };
}

/** SiteConfigs below a folder; which of them it lists, the plugin has said. */
function siteConfigs(files: ReadonlyMap<string, string>, path: string): readonly SourceFile[] {
  return [...files]
    .filter(([file]) => file.startsWith(`${path}/`) && /\.ya?ml$/.test(file))
    .flatMap(([file, text]) => parseSources(file, text).value ?? [])
    .filter(({ value }) => isRecord(value) && value['kind'] === SITE_CONFIG.kind);
}
