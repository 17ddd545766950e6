import * as z from 'zod';

export const SITE_CONFIG = { group: 'ran.openshift.io', versions: ['v1', 'v2'], kind: 'SiteConfig' } as const;

/** YAML reads `common: true` as a boolean; the generator takes it as a text. */
const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Texts = z.record(z.string(), Text);
const NameRef = z.strictObject({ name: z.string().min(1) });
const FilePathRef = z.strictObject({ filePath: z.string() });
/** Kind to annotations. */
const CrAnnotations = z.strictObject({ add: z.record(z.string(), Texts).default({}) });
const CrTemplates = z.record(z.string(), z.string());
const Kinds = z.array(z.string());
const Cidr = z.strictObject({ cidr: z.string() });

const Node = z.strictObject({
  hostName: z.string().min(1),
  role: z.enum(['master', 'worker']).default('master'),
  bmcAddress: z.string().min(1),
  bmcCredentialsName: NameRef,
  bootMACAddress: z.string().regex(/^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$/, 'write a MAC address as 52:54:00:00:00:01'),
  bootMode: z.enum(['UEFI', 'UEFISecureBoot', 'legacy']).optional(),
  automatedCleaningMode: z.enum(['metadata', 'disabled']).optional(),
  ironicInspect: z.enum(['', 'enabled', 'disabled']).optional(),
  rootDeviceHints: z.record(z.string(), z.unknown()).optional(),
  nodeNetwork: z
    .strictObject({ config: z.record(z.string(), z.unknown()).optional(), interfaces: z.array(z.record(z.string(), z.unknown())).optional() })
    .optional(),
  nodeLabels: Texts.optional(),
  installerArgs: z.string().optional(),
  ignitionConfigOverride: z.string().optional(),
  crAnnotations: CrAnnotations.optional(),
  crSuppression: Kinds.optional(),
  crTemplates: CrTemplates.optional(),
  biosConfigRef: FilePathRef.optional(),
  cpuset: z.string().optional(),
  userData: z.record(z.string(), z.unknown()).optional(),
  diskPartition: z.array(z.unknown()).optional(),
});

const Cluster = z.strictObject({
  clusterName: z.string().min(1),
  clusterImageSetNameRef: z.string().optional(),
  apiVIP: z.string().optional(),
  ingressVIP: z.string().optional(),
  apiVIPs: z.array(z.string()).optional(),
  ingressVIPs: z.array(z.string()).optional(),
  holdInstallation: z.boolean().optional(),
  additionalNTPSources: z.array(z.string()).optional(),
  machineNetwork: z.array(Cidr).optional(),
  clusterNetwork: z.array(z.strictObject({ cidr: z.string(), hostPrefix: z.int().optional() })).optional(),
  serviceNetwork: z.array(z.string()).optional(),
  networkType: z.enum(['OVNKubernetes', 'OpenShiftSDN']).optional(),
  clusterLabels: Texts.optional(),
  installConfigOverrides: z.string().optional(),
  ignitionConfigOverride: z.string().optional(),
  diskEncryption: z.strictObject({ type: z.string().optional(), tang: z.array(z.record(z.string(), z.unknown())).optional() }).optional(),
  proxy: z.strictObject({ httpProxy: z.string().optional(), httpsProxy: z.string().optional(), noProxy: z.string().optional() }).optional(),
  cpuPartitioningMode: z.enum(['', 'None', 'AllNodes']).optional(),
  manifestsConfigMapRefs: z.array(NameRef).optional(),
  crAnnotations: CrAnnotations.optional(),
  crSuppression: Kinds.optional(),
  crTemplates: CrTemplates.optional(),
  biosConfigRef: FilePathRef.optional(),
  extraManifestPath: z.string().optional(),
  extraManifests: z.record(z.string(), z.unknown()).optional(),
  extraManifestOnly: z.boolean().optional(),
  mergeDefaultMachineConfigs: z.boolean().optional(),
  siteConfigMap: z.record(z.string(), z.unknown()).optional(),
  nodes: z.array(Node).min(1),
});

/** SiteConfig v1 and v2 (reference/ztp.md §4.2; cnf-features-deploy, ztp/siteconfig-generator/siteConfig). Unknown keys are mistakes. */
export const SiteConfig = z.strictObject({
  apiVersion: z.enum([`${SITE_CONFIG.group}/v1`, `${SITE_CONFIG.group}/v2`]),
  kind: z.literal(SITE_CONFIG.kind),
  metadata: z.looseObject({ name: z.string().min(1), namespace: z.string().optional() }),
  spec: z.strictObject({
    baseDomain: z.string().min(1),
    pullSecretRef: NameRef,
    clusterImageSetNameRef: z.string().optional(),
    sshPublicKey: z.string().optional(),
    sshPrivateKeySecretRef: NameRef.optional(),
    crAnnotations: CrAnnotations.optional(),
    crTemplates: CrTemplates.optional(),
    biosConfigRef: FilePathRef.optional(),
    clusters: z.array(Cluster).min(1),
  }),
});

export type SiteConfig = z.infer<typeof SiteConfig>;
export type SiteConfigCluster = z.infer<typeof Cluster>;
export type SiteConfigNode = z.infer<typeof Node>;
