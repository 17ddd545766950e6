import { BOOL, INT, mapOf, named, pointerTo, sliceOf, STRING, struct, ANY, type GoType, type Typed } from '../go-template/go-types.ts';
import type { ClusterInstanceSpec, NodeSpec } from './cluster-instance.ts';
import { installConfigOverrides } from './install-config-overrides.ts';

const kinds = mapOf(mapOf(STRING));
const reference = struct('v1.LocalObjectReference', { Name: STRING });
const templateRef = struct('v1alpha1.TemplateRef', { Name: ['name!', STRING], Namespace: ['namespace!', STRING] });
const resource = struct('v1alpha1.ResourceRef', { APIVersion: ['apiVersion!', STRING], Kind: ['kind!', STRING] });
const cidr = (name: string): GoType => struct(`v1alpha1.${name}`, { CIDR: ['cidr!', STRING] });

/** siteconfig:api/v1alpha1/clusterinstance_types.go (reference/ztp.md §3.1): templates name the fields as Go does. */
const NODE = struct('v1alpha1.NodeSpec', {
  BmcAddress: ['bmcAddress!', STRING],
  BmcCredentialsName: ['bmcCredentialsName!', struct('v1alpha1.BmcCredentialsName', { Name: ['name!', STRING] })],
  BootMACAddress: ['bootMACAddress!', STRING],
  AutomatedCleaningMode: named('v1.AutomatedCleaningMode'),
  RootDeviceHints: pointerTo(
    struct('v1alpha1.RootDeviceHints', {
      DeviceName: STRING,
      HCTL: ['hctl', STRING],
      Model: STRING,
      Vendor: STRING,
      SerialNumber: STRING,
      MinSizeGigabytes: INT,
      WWN: ['wwn', STRING],
      WWNWithExtension: ['wwnWithExtension', STRING],
      WWNVendorExtension: ['wwnVendorExtension', STRING],
      Rotational: pointerTo(BOOL),
    }),
  ),
  NodeNetwork: pointerTo(
    struct('v1beta1.NMStateConfigSpec', {
      Interfaces: sliceOf(struct('v1beta1.Interface', { Name: ['name!', STRING], MacAddress: ['macAddress!', STRING] })),
      NetConfig: ['config', mapOf(ANY)],
    }),
  ),
  NodeLabels: mapOf(STRING),
  HostName: ['hostName!', STRING],
  HostRef: pointerTo(struct('v1alpha1.HostRef', { Name: ['name!', STRING], Namespace: ['namespace!', STRING] })),
  CPUArchitecture: ['cpuArchitecture', named('v1alpha1.CPUArchitecture')],
  BootMode: named('v1alpha1.BootMode'),
  InstallerArgs: STRING,
  IgnitionConfigOverride: STRING,
  Role: STRING,
  ExtraAnnotations: kinds,
  ExtraLabels: kinds,
  SuppressedManifests: sliceOf(STRING),
  PruneManifests: sliceOf(resource),
  IronicInspect: ['ironicInspect!', named('v1alpha1.IronicInspect')],
  TemplateRefs: ['templateRefs!', sliceOf(templateRef)],
});

const SPEC = struct('v1alpha1.ClusterInstanceSpec', {
  ClusterName: STRING,
  PullSecretRef: ['pullSecretRef!', reference],
  ClusterImageSetNameRef: ['clusterImageSetNameRef!', STRING],
  SSHPublicKey: ['sshPublicKey', STRING],
  BaseDomain: ['baseDomain!', STRING],
  ApiVIPs: sliceOf(STRING),
  IngressVIPs: sliceOf(STRING),
  HoldInstallation: BOOL,
  AdditionalNTPSources: sliceOf(STRING),
  MachineNetwork: sliceOf(cidr('MachineNetworkEntry')),
  ClusterNetwork: sliceOf(struct('v1alpha1.ClusterNetworkEntry', { CIDR: ['cidr!', STRING], HostPrefix: { name: 'int32', kind: 'int' } })),
  ServiceNetwork: sliceOf(cidr('ServiceNetworkEntry')),
  NetworkType: STRING,
  PlatformType: named('v1alpha1.PlatformType'),
  ExtraAnnotations: kinds,
  ExtraLabels: kinds,
  InstallConfigOverrides: STRING,
  IgnitionConfigOverride: STRING,
  DiskEncryption: pointerTo(
    struct('v1alpha1.DiskEncryption', {
      Type: STRING,
      Tang: sliceOf(struct('v1alpha1.TangConfig', { URL: ['url!', STRING], Thumbprint: ['thumbprint!', STRING] })),
    }),
  ),
  Proxy: pointerTo(struct('v1beta1.Proxy', { HTTPProxy: ['httpProxy', STRING], HTTPSProxy: ['httpsProxy', STRING], NoProxy: STRING })),
  ExtraManifestsRefs: sliceOf(reference),
  SuppressedManifests: sliceOf(STRING),
  PruneManifests: sliceOf(resource),
  CPUPartitioning: ['cpuPartitioningMode', named('v1alpha1.CPUPartitioningMode')],
  CPUArchitecture: ['cpuArchitecture', named('v1alpha1.CPUArchitecture')],
  ClusterType: named('v1alpha1.ClusterType'),
  TemplateRefs: ['templateRefs!', sliceOf(templateRef)],
  CaBundleRef: pointerTo(reference),
  Nodes: ['nodes!', sliceOf(NODE)],
  Reinstall: pointerTo(
    struct('v1alpha1.ReinstallSpec', { Generation: ['generation!', STRING], PreservationMode: ['preservationMode!', named('v1alpha1.PreservationMode')] }),
  ),
});

const DATA = struct('*clusterinstance.ClusterData', {
  Spec: ['spec!', SPEC],
  SpecialVars: [
    'specialVars!',
    struct('clusterinstance.SpecialVars', {
      CurrentNode: ['currentNode!', NODE],
      InstallConfigOverrides: STRING,
      ReleaseImage: STRING,
      ControlPlaneAgents: INT,
      WorkerAgents: INT,
      ArbiterAgents: INT,
    }),
  ],
});

/** What a template sees: the spec, and what the operator works out beside it (reference/ztp.md §3.3). @param node none at cluster level. */
export function templateData(spec: ClusterInstanceSpec, node: NodeSpec | undefined, releaseImage: string): Typed {
  const count = (role: string): number => spec.nodes.filter((one) => one.role === role).length;
  const specialVars = {
    currentNode: node ?? {},
    installConfigOverrides: installConfigOverrides(spec),
    releaseImage,
    controlPlaneAgents: count('master'),
    workerAgents: spec.clusterType === 'SNO' ? 0 : count('worker'),
    arbiterAgents: count('arbiter'),
  };
  return { type: DATA, value: { spec, specialVars } };
}
