import type { KubeObject } from '../../kube/objects.ts';
import { crd } from './crd.ts';
import { rootDeviceHints } from './machine-fields.ts';
import {
  anything,
  bothNamed,
  condition,
  flag,
  integer,
  list,
  looseConditions,
  map,
  matching,
  MAC,
  named,
  object,
  oneOf,
  open,
  reference,
  text,
  time,
  withDefault,
} from './schema.ts';

const byKind = map(map(text));
const networks = list(object({ 'cidr!': text }));
const prune = list(object({ 'apiVersion!': text, 'kind!': text }));
const templates = list(object({ 'name!': { ...text, minLength: 1 }, 'namespace!': { ...text, minLength: 1 } }));
const preservation = withDefault(oneOf('None', 'All', 'ClusterIdentity'), 'None');

const node = object({
  'hostName!': text,
  'bmcAddress!': text,
  'bmcCredentialsName!': named,
  'bootMACAddress!': matching('[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}'),
  'templateRefs!': templates,
  role: withDefault(oneOf('master', 'worker', 'arbiter'), 'master'),
  bootMode: withDefault(oneOf('UEFI', 'UEFISecureBoot', 'legacy'), 'UEFI'),
  automatedCleaningMode: withDefault(oneOf('metadata', 'disabled'), 'disabled'),
  ironicInspect: withDefault(oneOf('', 'disabled'), ''),
  cpuArchitecture: oneOf('x86_64', 'aarch64'),
  rootDeviceHints,
  nodeNetwork: object({ config: anything, interfaces: list(object({ 'name!': text, 'macAddress!': matching(MAC) }), { minItems: 1 }) }),
  nodeLabels: map(text),
  hostRef: bothNamed,
  installerArgs: text,
  ignitionConfigOverride: text,
  extraAnnotations: byKind,
  extraLabels: byKind,
  suppressedManifests: list(text),
  pruneManifests: prune,
});

const spec = object({
  'clusterName!': text,
  'pullSecretRef!': reference,
  'clusterImageSetNameRef!': text,
  'baseDomain!': text,
  'templateRefs!': templates,
  'nodes!': list(node),
  sshPublicKey: text,
  apiVIPs: list(text, { maxItems: 2 }),
  ingressVIPs: list(text, { maxItems: 2 }),
  holdInstallation: withDefault(flag, false),
  additionalNTPSources: list(text),
  machineNetwork: networks,
  clusterNetwork: list(object({ 'cidr!': text, hostPrefix: { ...integer, format: 'int32' } })),
  serviceNetwork: networks,
  networkType: withDefault(oneOf('OpenShiftSDN', 'OVNKubernetes'), 'OVNKubernetes'),
  platformType: oneOf('', 'BareMetal', 'None', 'VSphere', 'Nutanix', 'External'),
  clusterType: oneOf('SNO', 'HighlyAvailable', 'HostedControlPlane', 'HighlyAvailableArbiter'),
  cpuArchitecture: withDefault(oneOf('x86_64', 'aarch64', 'multi'), 'x86_64'),
  cpuPartitioningMode: withDefault(oneOf('None', 'AllNodes'), 'None'),
  diskEncryption: object({ type: withDefault(text, 'none'), tang: list(object({ url: text, thumbprint: text })) }),
  proxy: object({ httpProxy: text, httpsProxy: text, noProxy: text }),
  installConfigOverrides: text,
  ignitionConfigOverride: text,
  extraManifestsRefs: list(reference),
  caBundleRef: reference,
  extraAnnotations: byKind,
  extraLabels: byKind,
  suppressedManifests: list(text),
  pruneManifests: prune,
  reinstall: object({ 'generation!': text, 'preservationMode!': preservation }),
});

/** ClusterInstance: what users write and what the siteconfig operator answers (reference/ztp.md §3.1, §2.2). */
export function siteconfigDefinitions(): KubeObject[] {
  return [
    crd({
      apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1',
      kind: 'ClusterInstance',
      plural: 'clusterinstances',
      columns: {
        Paused: '.status.paused.timeSet date',
        ProvisionStatus: ".status.conditions[?(@.type=='Provisioned')].reason",
        ProvisionDetails: ".status.conditions[?(@.type=='Provisioned')].message",
        Age: '.metadata.creationTimestamp date',
      },
      schema: {
        spec,
        status: open({
          conditions: list(condition),
          deploymentConditions: looseConditions,
          clusterDeploymentRef: reference,
          observedGeneration: { ...integer, format: 'int64' },
          paused: object({ 'timeSet!': time, 'reason!': text }),
          manifestsRendered: list({ ...anything, 'x-kubernetes-map-type': 'atomic' }),
          reinstall: open({ conditions: list(condition), inProgressGeneration: text, observedGeneration: text, history: list(anything) }),
        }),
      },
    }),
  ];
}
