import { isRecord } from '../../../util/is-record.ts';
import { installConfigOverrides } from '../../siteconfig/install-config-overrides.ts';
import { SITE_CONFIG, type SiteConfig, type SiteConfigCluster, type SiteConfigNode } from '../../siteconfig-v1/site-config.ts';
import type { Fields } from '../kustomize-resource.ts';

/** What is read from other files. */
export interface SiteFiles {
  /** The data of the ConfigMap of extra manifests. */
  readonly manifests: Readonly<Record<string, string>>;
  /** BIOS settings by host name. */
  readonly bios: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** The objects of one cluster, in the generator's order (reference/ztp.md §4.2). Empty values are left out, as it does. */
export function siteObjects(site: SiteConfig, cluster: SiteConfigCluster, files: SiteFiles): Fields[] {
  const of = { site, cluster, name: cluster.clusterName };
  const perNode = (make: (node: SiteConfigNode) => Fields | undefined): Fields[] =>
    cluster.nodes.flatMap((node) => {
      const object = make(node);
      return object === undefined || isSuppressed(object, node.crSuppression) ? [] : [annotated(of, object, node)];
    });
  const own = (object: Fields): Fields[] => [annotated(of, object)];
  const objects = [
    ...own(namespace(of)),
    ...own(agentClusterInstall(of)),
    ...own(clusterDeployment(of)),
    ...perNode((node) => nmStateConfig(of, node)),
    ...own(infraEnv(of)),
    ...perNode((node) => bareMetalHost(of, node)),
    ...perNode((node) => hostFirmwareSettings(of, node, files)),
    ...own({ ...object(of, 'v1', 'ConfigMap', '1'), data: files.manifests }),
    ...own(managedCluster(of)),
    ...own(klusterletAddonConfig(of)),
  ];
  const written = writtenIn(site, cluster).union(new Set([files.manifests]));
  return objects.filter((one) => !isSuppressed(one, cluster.crSuppression)).map((one) => filled(one, written) as Fields);
}

interface Of {
  readonly site: SiteConfig;
  readonly cluster: SiteConfigCluster;
  readonly name: string;
}

interface Made extends Fields {
  readonly metadata: Fields & { readonly annotations: Fields };
}

function object({ name: namespace }: Of, apiVersion: string, kind: string, wave: string, name: string = namespace): Made {
  return { apiVersion, kind, metadata: { name, namespace, annotations: { 'argocd.argoproj.io/sync-wave': wave } } };
}

function clusterScoped(of: Of, apiVersion: string, kind: string, wave: string, labels: Fields | undefined): Fields {
  const { metadata, ...rest } = object(of, apiVersion, kind, wave);
  return { ...rest, metadata: { name: of.name, annotations: metadata.annotations, labels } };
}

function namespace(of: Of): Fields {
  return clusterScoped(of, 'v1', 'Namespace', '0', { name: of.name });
}

function agentClusterInstall(of: Of): Fields {
  const { site, cluster, name } = of;
  const masters = cluster.nodes.filter(({ role }) => role === 'master').length;
  const made = object(of, 'extensions.hive.openshift.io/v1beta1', 'AgentClusterInstall', '1');
  made.metadata.annotations['agent-install.openshift.io/install-config-overrides'] = installConfigOverrides({
    networkType: cluster.networkType ?? 'OVNKubernetes',
    installConfigOverrides: cluster.installConfigOverrides ?? '',
    cpuPartitioningMode: cluster.cpuPartitioningMode === 'AllNodes' ? 'AllNodes' : 'None',
  });
  const isFirst = site.apiVersion === `${SITE_CONFIG.group}/v1`;
  return {
    ...made,
    spec: {
      clusterDeploymentRef: { name },
      holdInstallation: cluster.holdInstallation || undefined,
      imageSetRef: { name: cluster.clusterImageSetNameRef ?? site.spec.clusterImageSetNameRef },
      apiVIP: cluster.apiVIP,
      ingressVIP: cluster.ingressVIP,
      apiVIPs: cluster.apiVIPs,
      ingressVIPs: cluster.ingressVIPs,
      networking: { clusterNetwork: cluster.clusterNetwork, machineNetwork: cluster.machineNetwork, serviceNetwork: cluster.serviceNetwork },
      // One master is a single-node cluster, which may get its workers later.
      provisionRequirements: { controlPlaneAgents: masters, workerAgents: masters === 1 ? undefined : cluster.nodes.length - masters || undefined },
      proxy: cluster.proxy,
      sshPublicKey: site.spec.sshPublicKey,
      ...(isFirst ? { manifestsConfigMapRef: { name } } : { manifestsConfigMapRefs: [...(cluster.manifestsConfigMapRefs ?? []), { name }] }),
    },
  };
}

function clusterDeployment(of: Of): Fields {
  const { site, name } = of;
  return {
    ...object(of, 'hive.openshift.io/v1', 'ClusterDeployment', '1'),
    spec: {
      baseDomain: site.spec.baseDomain,
      clusterInstallRef: { group: 'extensions.hive.openshift.io', kind: 'AgentClusterInstall', name, version: 'v1beta1' },
      clusterName: name,
      platform: { agentBareMetal: { agentSelector: { matchLabels: { 'cluster-name': name } } } },
      pullSecretRef: site.spec.pullSecretRef,
    },
  };
}

function nmStateConfig(of: Of, { hostName, nodeNetwork: { config, interfaces } = {} }: SiteConfigNode): Fields | undefined {
  if (Object.keys(config ?? {}).length === 0 && (interfaces ?? []).length === 0) return undefined;
  const { metadata, ...made } = object(of, 'agent-install.openshift.io/v1beta1', 'NMStateConfig', '1', hostName);
  return { ...made, metadata: { ...metadata, labels: { 'nmstate-label': of.name } }, spec: { config, interfaces } };
}

function infraEnv(of: Of): Fields {
  const { site, cluster, name } = of;
  return {
    ...object(of, 'agent-install.openshift.io/v1beta1', 'InfraEnv', '1'),
    spec: {
      clusterRef: { name, namespace: name },
      sshAuthorizedKey: site.spec.sshPublicKey,
      proxy: cluster.proxy,
      pullSecretRef: site.spec.pullSecretRef,
      ignitionConfigOverride: cluster.ignitionConfigOverride,
      nmStateConfigLabelSelector: { matchLabels: { 'nmstate-label': name } },
      additionalNTPSources: cluster.additionalNTPSources,
    },
  };
}

function bareMetalHost(of: Of, node: SiteConfigNode): Fields {
  const { metadata, ...made } = object(of, 'metal3.io/v1alpha1', 'BareMetalHost', '3', node.hostName);
  const labels = Object.entries(node.nodeLabels ?? {}).map(([key, value]) => [`bmac.agent-install.openshift.io.node-label.${key}`, value]);
  const bmac = (key: string, value: string | undefined): Fields => ({ [`bmac.agent-install.openshift.io/${key}`]: value });
  return {
    ...made,
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        'inspect.metal3.io': node.ironicInspect === 'disabled' ? 'disabled' : undefined,
        ...(Object.fromEntries(labels) as Fields),
        ...bmac('hostname', node.hostName),
        ...bmac('installer-args', node.installerArgs),
        ...bmac('ignition-config-overrides', node.ignitionConfigOverride),
        ...bmac('role', node.role),
      },
      labels: { 'infraenvs.agent-install.openshift.io': of.name },
    },
    spec: {
      bootMode: node.bootMode ?? 'UEFI',
      bmc: { address: node.bmcAddress, disableCertificateVerification: true, credentialsName: node.bmcCredentialsName.name },
      bootMACAddress: node.bootMACAddress,
      automatedCleaningMode: node.automatedCleaningMode ?? 'disabled',
      online: true,
      rootDeviceHints: node.rootDeviceHints,
      userData: node.userData,
    },
  };
}

function hostFirmwareSettings(of: Of, { hostName }: SiteConfigNode, { bios }: SiteFiles): Fields | undefined {
  const settings = bios.get(hostName);
  return settings && { ...object(of, 'metal3.io/v1alpha1', 'HostFirmwareSettings', '1', hostName), spec: { settings } };
}

function managedCluster(of: Of): Fields {
  return {
    ...clusterScoped(of, 'cluster.open-cluster-management.io/v1', 'ManagedCluster', '2', of.cluster.clusterLabels),
    spec: { hubAcceptsClient: true },
  };
}

function klusterletAddonConfig(of: Of): Fields {
  const off = { enabled: false };
  return {
    ...object(of, 'agent.open-cluster-management.io/v1', 'KlusterletAddonConfig', '2'),
    spec: {
      clusterName: of.name,
      clusterNamespace: of.name,
      applicationManager: off,
      certPolicyController: off,
      iamPolicyController: off,
      policyController: { enabled: true },
      searchCollector: off,
    },
  };
}

/** The generator's mark, and what `crAnnotations` adds: the node's, or else the cluster's, or else the site's. */
function annotated({ site, cluster }: Of, made: Fields, node?: SiteConfigNode): Fields {
  const { metadata, kind } = made as { metadata: Fields & { annotations: Fields }; kind: string };
  const added = node?.crAnnotations?.add[kind] ?? cluster.crAnnotations?.add[kind] ?? site.spec.crAnnotations?.add[kind];
  const annotations = { ...metadata.annotations, ...added, 'ran.openshift.io/ztp-gitops-generated': '{}' };
  return { ...made, metadata: { ...metadata, annotations } };
}

function isSuppressed({ kind }: Fields, kinds: readonly string[] = []): boolean {
  return kinds.includes(String(kind));
}

/** Without what is undefined or an empty text: the generator writes no zero values. What the user wrote stays as it is. */
function filled(value: unknown, written: ReadonlySet<unknown>): unknown {
  if (!isRecord(value) || written.has(value)) return value;
  const kept = Object.entries(value).filter(([, one]) => one !== undefined && one !== '');
  return Object.fromEntries(kept.map(([key, one]) => [key, filled(one, written)]));
}

function writtenIn(site: SiteConfig, cluster: SiteConfigCluster): ReadonlySet<unknown> {
  return new Set(
    [site.spec, cluster, ...cluster.nodes, ...cluster.nodes.map(({ nodeNetwork }) => nodeNetwork ?? {})].flatMap((one) => Object.values<unknown>(one)),
  );
}
