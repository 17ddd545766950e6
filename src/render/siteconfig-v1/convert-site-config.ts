import type { KubeObject } from '../../kube/objects.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';
import type { Located } from '../../util/check-shape.ts';
import type { KeyPath } from '../../util/source-file.ts';
import { CLUSTER_TEMPLATES, NODE_TEMPLATES, TEMPLATES_NAMESPACE } from '../cluster-instance.ts';
import { CLUSTER_INSTANCE } from '../siteconfig/cluster-instance.ts';
import { LOST_FIELDS } from './lost-fields.ts';
import type { SiteConfig, SiteConfigCluster, SiteConfigNode } from './site-config.ts';

export interface TemplateRef {
  readonly namespace: string;
  readonly name: string;
}

export interface ConvertOptions {
  /** By default the operator's own. */
  readonly clusterTemplates?: readonly TemplateRef[];
  readonly nodeTemplates?: readonly TemplateRef[];
  /** ConfigMaps of extra manifests, in the cluster's namespace. */
  readonly manifests?: readonly string[];
}

export interface Conversion {
  /** Per cluster its Namespace, which the generator made and the operator does not, then its ClusterInstance. */
  readonly objects: readonly KubeObject[];
  /** What changes (warning) and what is wrong already (error), each where it stands in the SiteConfig. */
  readonly notes: readonly Diagnostic[];
}

/**
 * SiteConfig v1 to ClusterInstance, one per cluster, in the file's order (reference/ztp.md §4.3).
 *
 * @param file the values that `site` was read from: notes point into it.
 */
export function convertSiteConfig(site: SiteConfig, file: Located, options: ConvertOptions = {}): Conversion {
  const notes: Diagnostic[] = [];
  const note = (id: string, keys: KeyPath, message: string, hint: string, severity: Diagnostic['severity'] = 'warning'): void =>
    void notes.push({ id, severity, message, hint, at: file.atKey(keys) });
  const lost = (holder: object, keys: KeyPath): void => {
    for (const [field, hint] of Object.entries(LOST_FIELDS)) {
      const value = (holder as Record<string, unknown>)[field];
      if (value === undefined || value === false || (field.startsWith('extraManifest') && options.manifests)) continue;
      note('field-lost', [...keys, field], `${field} has no place in a ClusterInstance`, hint);
    }
  };
  lost(site.spec, ['spec']);
  const objects = site.spec.clusters.flatMap((cluster, index) => {
    const keys: KeyPath = ['spec', 'clusters', index];
    lost(cluster, keys);
    cluster.nodes.forEach((node, at) => lost(node, [...keys, 'nodes', at]));
    noteChanges(cluster, keys, note);
    return [namespaceOf(cluster), instanceOf(site, cluster, keys, note, options)];
  });
  return { objects, notes };
}

type Note = (id: string, keys: KeyPath, message: string, hint: string, severity?: Diagnostic['severity']) => void;

function noteChanges(cluster: SiteConfigCluster, keys: KeyPath, note: Note): void {
  const masters = cluster.nodes.filter(({ role }) => role === 'master').length;
  if (masters !== 1 && masters !== 3)
    note('masters', [...keys, 'nodes'], `${cluster.clusterName} has ${masters} masters`, 'SiteConfig takes 1 or 3: correct the roles of its nodes', 'error');
  for (const field of ['apiVIP', 'ingressVIP'] as const) {
    if (cluster[field] === undefined) continue;
    const hint = 'of an installed cluster suppress AgentClusterInstall with suppressedManifests: its singular field cannot be changed';
    note('field-renamed', [...keys, field], `${field} becomes ${field}s`, hint);
  }
  if (cluster.diskEncryption && (cluster.diskEncryption.type ?? 'none') !== 'none')
    note(
      'not-rendered',
      [...keys, 'diskEncryption'],
      'diskEncryption is kept, but the default templates render nothing from it',
      'use a cluster template that does',
    );
  note('one-infraenv-per-node', [...keys, 'clusterName'], `${cluster.clusterName} gets one InfraEnv per node`, 'SiteConfig made one, named as the cluster');
}

function namespaceOf({ clusterName }: SiteConfigCluster): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: clusterName } };
}

function instanceOf(site: SiteConfig, cluster: SiteConfigCluster, keys: KeyPath, note: Note, options: ConvertOptions): KubeObject {
  const { spec } = site;
  const imageSet = cluster.clusterImageSetNameRef ?? spec.clusterImageSetNameRef;
  if (imageSet === undefined) note('missing-key', keys, `${cluster.clusterName} names no clusterImageSetNameRef`, 'add it to the cluster or to spec', 'error');
  const sno = cluster.nodes.filter(({ role }) => role === 'master').length === 1;
  const manifests = [...(cluster.manifestsConfigMapRefs ?? []), ...(options.manifests ?? []).map((name) => ({ name }))];
  const annotations = { ...spec.crAnnotations?.add, ...cluster.crAnnotations?.add };
  const apiVIPs = cluster.apiVIPs ?? (cluster.apiVIP === undefined ? undefined : [cluster.apiVIP]);
  const ingressVIPs = cluster.ingressVIPs ?? (cluster.ingressVIP === undefined ? undefined : [cluster.ingressVIP]);
  return {
    apiVersion: CLUSTER_INSTANCE.apiVersion,
    kind: CLUSTER_INSTANCE.kind,
    metadata: { name: cluster.clusterName, namespace: cluster.clusterName },
    spec: given({
      clusterName: cluster.clusterName,
      baseDomain: spec.baseDomain,
      clusterType: sno ? 'SNO' : 'HighlyAvailable',
      clusterImageSetNameRef: imageSet,
      pullSecretRef: spec.pullSecretRef,
      sshPublicKey: spec.sshPublicKey,
      holdInstallation: cluster.holdInstallation,
      networkType: cluster.networkType,
      apiVIPs,
      ingressVIPs,
      machineNetwork: cluster.machineNetwork,
      clusterNetwork: cluster.clusterNetwork,
      serviceNetwork: cluster.serviceNetwork?.map((cidr) => ({ cidr })),
      additionalNTPSources: cluster.additionalNTPSources,
      proxy: cluster.proxy,
      installConfigOverrides: cluster.installConfigOverrides,
      ignitionConfigOverride: cluster.ignitionConfigOverride,
      diskEncryption: cluster.diskEncryption,
      cpuPartitioningMode: cluster.cpuPartitioningMode === '' ? undefined : cluster.cpuPartitioningMode,
      extraManifestsRefs: manifests.length === 0 ? undefined : manifests,
      extraLabels: cluster.clusterLabels && { ManagedCluster: cluster.clusterLabels },
      extraAnnotations: Object.keys(annotations).length === 0 ? undefined : annotations,
      suppressedManifests: cluster.crSuppression,
      templateRefs: options.clusterTemplates ?? [{ name: CLUSTER_TEMPLATES, namespace: TEMPLATES_NAMESPACE }],
      nodes: cluster.nodes.map((node) => nodeOf(node, options)),
    }),
  };
}

function nodeOf(node: SiteConfigNode, options: ConvertOptions): object {
  return given({
    hostName: node.hostName,
    role: node.role,
    bmcAddress: node.bmcAddress,
    bmcCredentialsName: node.bmcCredentialsName,
    bootMACAddress: node.bootMACAddress,
    bootMode: node.bootMode,
    automatedCleaningMode: node.automatedCleaningMode,
    // SiteConfig says `enabled`, its default, where a ClusterInstance says nothing.
    ironicInspect: node.ironicInspect === 'disabled' ? 'disabled' : undefined,
    rootDeviceHints: node.rootDeviceHints,
    nodeNetwork: node.nodeNetwork,
    nodeLabels: node.nodeLabels,
    installerArgs: node.installerArgs,
    ignitionConfigOverride: node.ignitionConfigOverride,
    extraAnnotations: node.crAnnotations?.add,
    suppressedManifests: node.crSuppression,
    templateRefs: options.nodeTemplates ?? [{ name: NODE_TEMPLATES, namespace: TEMPLATES_NAMESPACE }],
  });
}

/** Without what was not written: defaults are the hub's to fill in. */
function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
