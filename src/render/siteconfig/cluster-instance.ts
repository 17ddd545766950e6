import * as z from 'zod';
import type { KubeObject } from '../../kube/objects.ts';

export const CLUSTER_INSTANCE = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance' } as const;
export const CLUSTER_IMAGE_SET = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterImageSet' } as const;
export const CLUSTER_DEPLOYMENT = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment' } as const;

const NameRef = z.looseObject({ name: z.string() });
const TemplateRef = z.object({ name: z.string(), namespace: z.string() });
const KindMaps = z.record(z.string(), z.record(z.string(), z.string()));
const KindNames = z.array(z.string());
const Kinds = z.array(z.object({ apiVersion: z.string().default(''), kind: z.string().default('') }));
const Architecture = z.enum(['x86_64', 'aarch64', 'multi']);

const Node = z.looseObject({
  hostName: z.string(),
  bmcAddress: z.string(),
  bmcCredentialsName: NameRef,
  bootMACAddress: z.string(),
  templateRefs: z.array(TemplateRef).default([]),
  role: z.enum(['master', 'worker', 'arbiter']).default('master'),
  bootMode: z.string().default('UEFI'),
  automatedCleaningMode: z.string().default('disabled'),
  ironicInspect: z.string().default(''),
  cpuArchitecture: Architecture.optional(),
  rootDeviceHints: z.looseObject({}).optional(),
  nodeNetwork: z.looseObject({ config: z.unknown().optional(), interfaces: z.array(z.unknown()).optional() }).optional(),
  nodeLabels: z.record(z.string(), z.string()).default({}),
  hostRef: z.object({ name: z.string(), namespace: z.string() }).optional(),
  installerArgs: z.string().default(''),
  ignitionConfigOverride: z.string().default(''),
  extraLabels: KindMaps.default({}),
  extraAnnotations: KindMaps.default({}),
  suppressedManifests: KindNames.default([]),
  pruneManifests: Kinds.default([]),
});

const Spec = z.looseObject({
  clusterName: z.string(),
  baseDomain: z.string(),
  clusterImageSetNameRef: z.string(),
  pullSecretRef: NameRef,
  clusterType: z.enum(['SNO', 'HighlyAvailable', 'HostedControlPlane', 'HighlyAvailableArbiter']).optional(),
  templateRefs: z.array(TemplateRef).default([]),
  nodes: z.array(Node).default([]),
  sshPublicKey: z.string().default(''),
  holdInstallation: z.boolean().default(false),
  apiVIPs: z.array(z.string()).default([]),
  ingressVIPs: z.array(z.string()).default([]),
  machineNetwork: z.array(z.looseObject({ cidr: z.string() })).default([]),
  clusterNetwork: z.array(z.looseObject({ cidr: z.string() })).default([]),
  serviceNetwork: z.array(z.looseObject({ cidr: z.string() })).default([]),
  networkType: z.string().default('OVNKubernetes'),
  platformType: z.string().default(''),
  additionalNTPSources: z.array(z.string()).default([]),
  proxy: z.looseObject({}).optional(),
  extraManifestsRefs: z.array(NameRef).default([]),
  installConfigOverrides: z.string().default(''),
  ignitionConfigOverride: z.string().default(''),
  cpuArchitecture: Architecture.default('x86_64'),
  cpuPartitioningMode: z.string().default('None'),
  extraLabels: KindMaps.default({}),
  extraAnnotations: KindMaps.default({}),
  suppressedManifests: KindNames.default([]),
  pruneManifests: Kinds.default([]),
  reinstall: z.looseObject({ generation: z.string(), preservationMode: z.string().default('None') }).optional(),
});

/** The spec as the API server stores it: checked by the definition's schema, defaults filled in (reference/ztp.md §3.1). */
export type ClusterInstanceSpec = z.infer<typeof Spec>;
export type NodeSpec = z.infer<typeof Node>;

export function clusterInstanceSpec(object: KubeObject): ClusterInstanceSpec {
  return Spec.parse(object['spec']);
}
