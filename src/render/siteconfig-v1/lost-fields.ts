/** Fields of a SiteConfig that a ClusterInstance has no place for, and what to do instead (reference/ztp.md §4.3). */
export const LOST_FIELDS: Readonly<Record<string, string>> = {
  crTemplates: 'put the templates into a ConfigMap on the hub and name it with --cluster-template or --node-template',
  biosConfigRef: 'no HostFirmwareSettings is rendered by the default templates: render it with a node template of your own',
  sshPrivateKeySecretRef: 'the ClusterDeployment gets no private key; fetch logs with a key of your own',
  extraManifestPath: 'build a ConfigMap of those files and name it with --manifests',
  extraManifests: 'build a ConfigMap of the files found on the search paths and name it with --manifests',
  mergeDefaultMachineConfigs: 'merge the MachineConfigs yourself and put the result into the ConfigMap named with --manifests',
  extraManifestOnly: 'the ClusterInstance renders the objects of the installation too; suppress kinds with suppressedManifests',
  siteConfigMap: 'create the ConfigMap of site data yourself, in the namespace of the policies that read it',
  cpuset: 'set cpuPartitioningMode: AllNodes and reserve the CPUs in a PerformanceProfile',
  userData: 'the BareMetalHost gets its user data from assisted-service; write ignitionConfigOverride',
  diskPartition: 'write the partitions into ignitionConfigOverride of the node',
};
