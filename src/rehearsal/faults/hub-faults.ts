import type { KubeClient } from '../../kube/kube-client.ts';
import type { KindRef, KubeObject } from '../../kube/objects.ts';
import { PULL_SECRET } from '../../render/cluster-instance.ts';
import { MINUTE_S, type FaultRow, type Sabotage } from './fault-row.ts';

const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const satisfies KindRef;
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const satisfies KindRef;
const CLUSTER_INSTANCE = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance' } as const satisfies KindRef;
const CLUSTER_IMAGE_SET = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterImageSet' } as const satisfies KindRef;
const AGENT_CLUSTER_INSTALL = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' } as const satisfies KindRef;

const BARE_METAL_HOST = { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost' } as const satisfies KindRef;
const INFRA_ENV = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'InfraEnv' } as const satisfies KindRef;
const CLUSTER_DEPLOYMENT = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment' } as const satisfies KindRef;
const MANAGED_CLUSTER = { apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster' } as const satisfies KindRef;

/** Nobody's, so nobody takes it away. */
const STUCK_FINALIZER = 'labwright.dev/stuck';
const STUCK = {
  outcome: 'fails',
  action: 'redeploy',
  condition: 'Deleted',
  reason: 'FinalizersRemaining',
  message: /finalizers/,
  limitS: 60 * MINUTE_S,
} as const;

const INSTANCE_INVALID = {
  outcome: 'fails',
  object: 'ClusterInstance/CLUSTER/CLUSTER',
  condition: 'ClusterInstanceValidated',
  reason: 'Failed',
  limitS: 5 * MINUTE_S,
} as const;
const NOT_SYNCED = { outcome: 'fails', object: 'AgentClusterInstall/CLUSTER/CLUSTER', condition: 'SpecSynced' } as const;
const BACKEND_ERROR = { ...NOT_SYNCED, reason: 'BackendError', limitS: 15 * MINUTE_S } as const;
const INPUT_ERROR = { ...NOT_SYNCED, reason: 'InputError', limitS: 10 * MINUTE_S } as const;

/** Objects on the hub that are missing or wrong, and controllers that do not get on. */
export const HUB_FAULTS = {
  'missing-bmc-secret': {
    meaning: 'somebody deletes the BMC secret of the machine',
    target: 'host',
    sabotage: { kind: SECRET, hits: (object, cluster) => object.metadata.namespace === cluster && data(object)['username'] !== undefined, change: remove },
    expect: { ...INSTANCE_INVALID, message: /secret/i },
  },
  'missing-pull-secret': {
    meaning: 'somebody deletes the pull secret of the cluster',
    target: 'hub',
    sabotage: { kind: SECRET, hits: isPullSecret, change: remove },
    expect: { ...INSTANCE_INVALID, message: /pull.?secret/i },
  },
  'bad-pull-secret': {
    meaning: 'the pull secret of the cluster names no registry',
    target: 'hub',
    sabotage: {
      kind: SECRET,
      hits: isPullSecret,
      change: (kube, secret, signal) => patch(kube, secret, { data: { '.dockerconfigjson': Buffer.from('{}').toString('base64') } }, signal),
    },
    expect: { ...BACKEND_ERROR, message: /pull secret must contain 'auths'/ },
  },
  'missing-image-set': {
    meaning: 'somebody deletes the ClusterImageSet of the release',
    target: 'hub',
    sabotage: { kind: AGENT_CLUSTER_INSTALL, hits: isNamed, change: (kube, install, signal) => kube.delete(imageSetOf(install), {}, signal) },
    expect: { ...BACKEND_ERROR, message: /ClusterImageSet \S+ not found/ },
  },
  'release-unauthorized': {
    meaning: 'the registry does not let the hub read the release image',
    target: 'hub',
    sabotage: { kind: CLUSTER_INSTANCE, hits: isNamed, change: (kube, instance, signal) => offer(kube, instance, UNAUTHORIZED_RELEASE, signal) },
    expect: { ...BACKEND_ERROR, message: /unauthorized/ },
  },
  'no-os-image': {
    meaning: 'the hub has no discovery image for the version',
    target: 'hub',
    sabotage: {
      kind: CLUSTER_INSTANCE,
      hits: isNamed,
      change: (kube, instance, signal) => offer(kube, instance, 'quay.example.com/ocp/release:5.0.0-x86_64', signal),
    },
    expect: { ...INPUT_ERROR, message: /No OS images are available for version 5\.0\.0/ },
  },
  'bad-overrides': {
    meaning: 'the install-config overrides are no JSON',
    target: 'hub',
    sabotage: {
      kind: AGENT_CLUSTER_INSTALL,
      hits: isNamed,
      change: (kube, install, signal) =>
        patch(kube, install, { metadata: { annotations: { 'agent-install.openshift.io/install-config-overrides': '{"fips": ' } } }, signal),
    },
    expect: { ...INPUT_ERROR, message: /Failed to parse/ },
  },
  'missing-extra-manifest': {
    meaning: 'a ConfigMap with extra manifests is not there',
    target: 'hub',
    sabotage: {
      kind: AGENT_CLUSTER_INSTALL,
      hits: isNamed,
      change: (kube, install, signal) => patch(kube, install, { spec: { manifestsConfigMapRefs: [{ name: 'extra-manifests' }] } }, signal),
    },
    expect: { ...BACKEND_ERROR, message: /ConfigMap "extra-manifests" not found/ },
  },
  'bad-extra-manifest': {
    meaning: 'an extra manifest is no YAML',
    target: 'hub',
    sabotage: {
      kind: AGENT_CLUSTER_INSTALL,
      hits: isNamed,
      async change(kube, install, signal) {
        const { namespace } = install.metadata;
        await kube.create({ ...CONFIG_MAP, metadata: { name: 'extra-manifests', namespace }, data: { 'extra.yaml': 'kind: ConfigMap: v1\n' } }, {}, signal);
        await patch(kube, install, { spec: { manifestsConfigMapRefs: [{ name: 'extra-manifests' }] } }, signal);
      },
    },
    expect: { ...INPUT_ERROR, message: /invalid YAML format/ },
  },
  'iso-not-built': {
    meaning: 'the hub cannot build the discovery image',
    target: 'host',
    expect: {
      outcome: 'fails',
      object: 'InfraEnv/CLUSTER/NODE',
      condition: 'ImageCreated',
      reason: 'ImageCreationError',
      message: /Failed to create image/,
      limitS: 15 * MINUTE_S,
    },
  },
  'import-fails': {
    meaning: 'the hub cannot bring its agent to the new cluster',
    target: 'hub',
    expect: {
      outcome: 'fails',
      object: 'ManagedCluster/CLUSTER',
      condition: 'ManagedClusterImportSucceeded',
      reason: 'ManagedClusterImportFailed',
      message: /i\/o timeout/,
      limitS: 120 * MINUTE_S,
    },
  },
  'klusterlet-never-joins': {
    meaning: "the hub's agent on the new cluster never calls the hub",
    target: 'cluster',
    expect: {
      outcome: 'fails',
      object: 'ManagedCluster/CLUSTER',
      condition: 'ManagedClusterJoined',
      reason: 'NotReported',
      message: /not joined/,
      limitS: 120 * MINUTE_S,
    },
  },
  'agent-goes-silent': {
    meaning: "the hub's agent on the new cluster joins the hub and then renews no lease",
    target: 'cluster',
    expect: {
      outcome: 'fails',
      object: 'ManagedCluster/CLUSTER',
      condition: 'ManagedClusterConditionAvailable',
      reason: 'NotReported',
      message: /lease/,
      limitS: 120 * MINUTE_S,
    },
  },
  'boot-mac-taken': {
    meaning: 'another host of the hub has the boot MAC of the machine',
    target: 'host',
    sabotage: { kind: BARE_METAL_HOST, hits: () => true, change: addTwin },
    expect: {
      outcome: 'fails',
      object: 'BareMetalHost/CLUSTER/NODE',
      condition: 'Manageable',
      reason: 'RegistrationFailed',
      message: /conflicts with existing node left-over~/,
      limitS: 10 * MINUTE_S,
    },
  },
  'assisted-service-away': {
    meaning: 'assisted-service is away for five minutes when the cluster is deleted',
    target: 'hub',
    expect: { outcome: 'survives', limitS: 150 * MINUTE_S },
  },
  'stuck-host': {
    meaning: 'a finalizer nobody removes stays on a BareMetalHost when it is deleted',
    target: 'host',
    sabotage: stuck(BARE_METAL_HOST),
    expect: { ...STUCK, object: 'BareMetalHost/CLUSTER/NODE' },
  },
  'stuck-infraenv': {
    meaning: 'a finalizer nobody removes stays on an InfraEnv when it is deleted',
    target: 'hub',
    sabotage: stuck(INFRA_ENV),
    expect: { ...STUCK, object: 'InfraEnv/CLUSTER/NODE' },
  },
  'stuck-deployment': {
    meaning: 'a finalizer nobody removes stays on the ClusterDeployment when it is deleted',
    target: 'hub',
    sabotage: stuck(CLUSTER_DEPLOYMENT),
    expect: { ...STUCK, object: 'ClusterDeployment/CLUSTER/CLUSTER' },
  },
  'stuck-managed-cluster': {
    meaning: 'a finalizer nobody removes stays on the ManagedCluster when it is deleted',
    target: 'hub',
    sabotage: stuck(MANAGED_CLUSTER),
    expect: { ...STUCK, object: 'ManagedCluster/CLUSTER' },
  },
  'stuck-namespace': {
    meaning: 'an object nobody takes away keeps the namespace of the cluster from going',
    target: 'hub',
    sabotage: { kind: CLUSTER_INSTANCE, hits: isNamed, change: addStuckConfigMap },
    expect: {
      ...STUCK,
      object: 'Namespace/CLUSTER',
      condition: 'NamespaceContentRemaining',
      reason: 'SomeResourcesRemain',
      message: /configmaps. has 1 resource/,
    },
  },
  'stuck-finalizer': {
    meaning: 'a finalizer nobody removes stays on the AgentClusterInstall when it is deleted',
    target: 'hub',
    sabotage: stuck(AGENT_CLUSTER_INSTALL),
    expect: { ...STUCK, object: 'AgentClusterInstall/CLUSTER/CLUSTER' },
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

/** An image of this repository cannot be read: see the releases of a rehearsal. */
export const UNAUTHORIZED_RELEASE = 'quay.example.com/unauthorized/release:4.18.1-x86_64';

function data(secret: KubeObject): Readonly<Record<string, string>> {
  return (secret['data'] ?? {}) as Readonly<Record<string, string>>;
}

function isPullSecret({ metadata }: KubeObject, cluster: string): boolean {
  return metadata.namespace === cluster && metadata.name === PULL_SECRET;
}

function isNamed({ metadata }: KubeObject, cluster: string): boolean {
  return metadata.namespace === cluster && metadata.name === cluster;
}

function refOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): KindRef & { readonly namespace: string | undefined; readonly name: string } {
  return { apiVersion, kind, namespace, name };
}

function remove(kube: KubeClient, object: KubeObject, signal: AbortSignal): Promise<unknown> {
  return kube.delete(refOf(object), {}, signal);
}

function patch(kube: KubeClient, object: KubeObject, change: object, signal: AbortSignal): Promise<unknown> {
  return kube.patch(refOf(object), change, { type: 'merge' }, signal);
}

function imageSetOf(object: KubeObject): KindRef & { readonly name: string } {
  const spec = (object['spec'] ?? {}) as { readonly clusterImageSetNameRef?: string; readonly imageSetRef?: { readonly name?: string } };
  return { ...CLUSTER_IMAGE_SET, name: spec.clusterImageSetNameRef ?? spec.imageSetRef?.name ?? '' };
}

function offer(kube: KubeClient, instance: KubeObject, releaseImage: string, signal: AbortSignal): Promise<unknown> {
  return kube.patch(imageSetOf(instance), { spec: { releaseImage } }, { type: 'merge' }, signal);
}

/** The first object of a kind is marked while that can still be done, before it is deleted. */
function stuck(kind: KindRef): Sabotage {
  const change: Sabotage['change'] = (kube, object, signal) => {
    const { resourceVersion, finalizers = [] } = object.metadata;
    return patch(kube, object, { metadata: { resourceVersion, finalizers: [...finalizers, STUCK_FINALIZER] } }, signal);
  };
  return { kind, hits: () => true, change };
}

function addStuckConfigMap(kube: KubeClient, { metadata: { namespace } }: KubeObject, signal: AbortSignal): Promise<unknown> {
  return kube.create({ ...CONFIG_MAP, metadata: { name: 'left-over', namespace, finalizers: [STUCK_FINALIZER] } }, {}, signal);
}

/** A host of an earlier cluster, known to the provisioning service under the same MAC. */
async function addTwin(kube: KubeClient, { spec }: KubeObject, signal: AbortSignal): Promise<void> {
  const { bootMACAddress } = spec as { readonly bootMACAddress?: string };
  const metadata = { name: 'master-0', namespace: 'left-over' };
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: metadata.namespace } }, {}, signal);
  const twin = await kube.create({ ...BARE_METAL_HOST, metadata, spec: { bootMACAddress, online: false } }, {}, signal);
  const provisioning = { ID: 'left-over', state: 'available', image: { url: '' } };
  const status = { operationalStatus: 'OK', errorCount: 0, errorMessage: '', poweredOn: false, provisioning };
  await kube.update({ ...twin, status }, { subresource: 'status' }, signal);
}
