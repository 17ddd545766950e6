import type { KubeClient } from '../../kube/kube-client.ts';
import type { KindRef, KubeObject } from '../../kube/objects.ts';
import { PULL_SECRET } from '../../render/cluster-instance.ts';
import { MINUTE_S, type FaultRow } from './fault-row.ts';

const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const satisfies KindRef;
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const satisfies KindRef;
const CLUSTER_INSTANCE = { apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1', kind: 'ClusterInstance' } as const satisfies KindRef;
const CLUSTER_IMAGE_SET = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterImageSet' } as const satisfies KindRef;
const AGENT_CLUSTER_INSTALL = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall' } as const satisfies KindRef;

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
  'stuck-finalizer': {
    meaning: 'a finalizer nobody removes stays on the AgentClusterInstall when it is deleted',
    target: 'hub',
    expect: {
      outcome: 'fails',
      action: 'redeploy',
      object: 'AgentClusterInstall/CLUSTER/CLUSTER',
      condition: 'Deleted',
      reason: 'FinalizersRemaining',
      message: /finalizers/,
      limitS: 30 * MINUTE_S,
    },
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
