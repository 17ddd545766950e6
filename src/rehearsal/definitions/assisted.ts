import type { KubeObject } from '../../kube/objects.ts';
import { crd } from './crd.ts';
import {
  anything,
  atLeast,
  bothNamed,
  flag,
  integer,
  labelSelector,
  list,
  looseConditions,
  map,
  matching,
  MAC,
  named,
  namespaced,
  object,
  oneOf,
  open,
  reference,
  text,
  time,
  withDefault,
} from './schema.ts';

/** Words, or texts in double quotes. */
const KERNEL_ARGUMENT = '^(?:(?:[^ \\t\\n\\r"]+)|(?:"[^"]*"))+$';

const proxy = object({ httpProxy: text, httpsProxy: text, noProxy: text });
const networks = list(object({ 'cidr!': text }));
const pool = object({ 'name!': text, hyperthreading: withDefault(oneOf('', 'Enabled', 'Disabled'), 'Enabled') });
const platform = oneOf('', 'BareMetal', 'None', 'VSphere', 'Nutanix', 'External');
const debugInfo = object({ state: text, stateInfo: text, eventsURL: text, logsURL: text });
const validationsInfo = map(list(object({ 'id!': text, 'message!': text, 'status!': text })));
const long = { ...integer, format: 'int64' };

const platformName = {
  ...withDefault(text, 'Unknown'),
  'x-kubernetes-validations': [{ rule: "oldSelf == 'Unknown' || self == oldSelf", message: 'platform name cannot be changed once set' }],
};

const installSpec = object({
  'clusterDeploymentRef!': reference,
  'networking!': object({
    clusterNetwork: list(object({ 'cidr!': text, hostPrefix: { ...integer, format: 'int32' } })),
    machineNetwork: networks,
    serviceNetwork: list(text),
    networkType: oneOf('OpenShiftSDN', 'OVNKubernetes', 'CiscoACI', 'Cilium', 'Calico', 'None'),
    userManagedNetworking: flag,
  }),
  'provisionRequirements!': object({ 'controlPlaneAgents!': integer, workerAgents: atLeast(integer, 0), arbiterAgents: atLeast(integer, 0) }),
  imageSetRef: named,
  holdInstallation: flag,
  apiVIP: text,
  ingressVIP: text,
  apiVIPs: list(text, { maxItems: 2 }),
  ingressVIPs: list(text, { maxItems: 2 }),
  platformType: platform,
  external: object({ platformName, cloudControllerManager: withDefault(text, '') }),
  loadBalancer: object({ type: withDefault(oneOf('ClusterManaged', 'UserManaged'), 'ClusterManaged') }),
  mastersSchedulable: flag,
  sshPublicKey: text,
  proxy,
  ntpSources: list(text),
  mirrorRegistryRef: bothNamed,
  manifestsConfigMapRef: reference,
  manifestsConfigMapRefs: list(named),
  controlPlane: pool,
  arbiter: pool,
  compute: list(pool),
  diskEncryption: object({
    enableOn: withDefault(
      oneOf('none', 'all', 'masters', 'arbiters', 'workers', 'masters,arbiters', 'masters,workers', 'arbiters,workers', 'masters,arbiters,workers'),
      'none',
    ),
    mode: oneOf('tpmv2', 'tang'),
    tangServers: text,
  }),
  ignitionEndpoint: object({ url: text, caCertificateReference: bothNamed }),
  clusterMetadata: object({
    'clusterID!': text,
    'infraID!': text,
    'adminKubeconfigSecretRef!': reference,
    adminPasswordSecretRef: reference,
    metadataJSONSecretRef: reference,
    platform: anything,
  }),
});

const agentClusterInstall = crd({
  apiVersion: 'extensions.hive.openshift.io/v1beta1',
  kind: 'AgentClusterInstall',
  plural: 'agentclusterinstalls',
  shortNames: ['aci'],
  columns: { Cluster: '.spec.clusterDeploymentRef.name', State: '.status.debugInfo.state' },
  schema: {
    'spec!': installSpec,
    status: open({
      conditions: looseConditions,
      debugInfo,
      progress: object({ 'totalPercentage!': long }),
      validationsInfo,
      apiVIPs: list(text, { maxItems: 2 }),
      ingressVIPs: list(text, { maxItems: 2 }),
      machineNetwork: networks,
      platformType: platform,
      userManagedNetworking: flag,
      connectivityMajorityGroups: text,
      controlPlaneAgentsDiscovered: integer,
      controlPlaneAgentsReady: integer,
      workerAgentsDiscovered: integer,
      workerAgentsReady: integer,
    }),
  },
});

const infraEnv = crd({
  apiVersion: 'agent-install.openshift.io/v1beta1',
  kind: 'InfraEnv',
  plural: 'infraenvs',
  columns: { 'ISO Created At': '.status.createdTime' },
  schema: {
    spec: object({
      'pullSecretRef!': reference,
      clusterRef: namespaced,
      sshAuthorizedKey: text,
      nmStateConfigLabelSelector: labelSelector,
      ignitionConfigOverride: text,
      additionalNTPSources: list(text),
      ntpSources: list(text),
      additionalTrustBundle: text,
      agentApproval: object({ autoApprove: withDefault(flag, false) }),
      agentLabels: map(text),
      cpuArchitecture: withDefault(text, 'x86_64'),
      imageType: text,
      ipxeScriptType: withDefault(oneOf('', 'DiscoveryImageAlways', 'BootOrderControl'), 'DiscoveryImageAlways'),
      kernelArguments: list(object({ operation: oneOf('append', 'replace', 'delete'), value: matching(KERNEL_ARGUMENT) })),
      mirrorRegistryRef: bothNamed,
      networkDiscoveryDelaySeconds: atLeast(long, 0),
      osImageVersion: text,
      proxy,
    }),
    status: open({ conditions: looseConditions, createdTime: time, isoDownloadURL: text, agentLabelSelector: labelSelector }),
  },
});

const agent = crd({
  apiVersion: 'agent-install.openshift.io/v1beta1',
  kind: 'Agent',
  plural: 'agents',
  columns: {
    Cluster: '.spec.clusterDeploymentName.name',
    Approved: '.spec.approved boolean',
    Role: '.status.role',
    Stage: '.status.progress.currentStage',
  },
  schema: {
    spec: object({
      'approved!': flag,
      'role!': text,
      clusterDeploymentName: namespaced,
      hostname: text,
      installation_disk_id: text,
      installation_disk_path: text,
      installerArgs: text,
      ignitionConfigOverrides: text,
      ignitionEndpointHTTPHeaders: map(text),
      ignitionEndpointTokenReference: bothNamed,
      fencingCredentialsSecretRef: text,
      machineConfigPool: text,
      nodeLabels: map(text),
    }),
    status: open({
      conditions: looseConditions,
      debugInfo,
      role: text,
      bootstrap: flag,
      inventory: anything,
      installation_disk_id: text,
      validationsInfo,
      ntpSources: list(object({ sourceName: text, sourceState: text })),
      progress: object({
        currentStage: text,
        progressInfo: text,
        installationPercentage: long,
        stageStartTime: time,
        stageUpdateTime: time,
        progressStages: list(text),
      }),
    }),
  },
});

const storage = anything;

/** The kinds of assisted-service: installation, discovery and its own configuration. */
export function assistedDefinitions(): KubeObject[] {
  return [
    agentClusterInstall,
    infraEnv,
    agent,
    crd({
      apiVersion: 'extensions.hive.openshift.io/v1alpha1',
      kind: 'ImageClusterInstall',
      plural: 'imageclusterinstalls',
      shortNames: ['ici'],
      columns: {
        RequirementsMet: ".status.conditions[?(@.type=='RequirementsMet')].reason",
        Completed: ".status.conditions[?(@.type=='Completed')].reason",
        BareMetalHostRef: '.spec.bareMetalHostRef.name',
      },
      schema: {
        spec: open({
          clusterDeploymentRef: reference,
          imageSetRef: named,
          bareMetalHostRef: bothNamed,
          hostname: text,
          sshKey: text,
          machineNetwork: text,
          machineNetworks: networks,
          caBundleRef: reference,
          extraManifestsRefs: list(reference),
          additionalNTPSources: list(text),
          proxy,
        }),
        status: open({ conditions: looseConditions }),
      },
    }),
    crd({
      apiVersion: 'agent-install.openshift.io/v1beta1',
      kind: 'NMStateConfig',
      plural: 'nmstateconfigs',
      schema: {
        spec: object({ config: anything, interfaces: list(object({ 'name!': text, 'macAddress!': matching(MAC) }), { minItems: 1 }) }),
        status: anything,
      },
    }),
    crd({
      apiVersion: 'agent-install.openshift.io/v1beta1',
      kind: 'AgentServiceConfig',
      plural: 'agentserviceconfigs',
      scope: 'Cluster',
      schema: {
        spec: open({
          'databaseStorage!': storage,
          'filesystemStorage!': storage,
          imageStorage: storage,
          osImages: list(object({ 'openshiftVersion!': text, 'version!': text, 'url!': text, rootFSUrl: text, cpuArchitecture: text })),
          mirrorRegistryRef: reference,
          unauthenticatedRegistries: list(text),
        }),
        status: open({ conditions: looseConditions }),
      },
    }),
  ];
}
