import { stringify } from 'yaml';
import type { KindRef, KubeObject } from '../../kube/objects.ts';
import { STEP_ANNOTATION } from '../../util/step.ts';
import { AGENT_CLUSTER_INSTALL, BARE_METAL_HOST, CLUSTER_INSTANCE } from '../kinds.ts';
import { APPLICATION, applicationName, APP_PROJECT, ARGO_NAMESPACE, CLUSTER_LABEL } from './kinds.ts';

/** One of a cluster's two Applications, pinned to a commit. */
export interface ApplicationOptions {
  readonly cluster: string;
  readonly part: 'sites' | 'policies';
  readonly url: string;
  readonly path: string;
  readonly revision: string;
  /** Where its objects may go. */
  readonly namespaces: readonly string[];
  /** Changes on top of what the commit says; Git itself is never edited. */
  readonly patches?: readonly object[];
  /** Its objects are those of an installation, not a ClusterInstance. */
  readonly withInstallObjects?: boolean;
}

const HUB = 'https://kubernetes.default.svc';

interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** What the reference projects permit (reference/ztp.md §4.1). */
const PERMITTED: Readonly<Record<'sites' | 'policies', readonly GroupKind[]>> = {
  sites: [
    { group: '', kind: 'ConfigMap' },
    { group: '', kind: 'Secret' },
    { group: 'siteconfig.open-cluster-management.io', kind: 'ClusterInstance' },
    { group: 'extensions.hive.openshift.io', kind: 'ImageClusterInstall' },
    { group: 'extensions.hive.openshift.io', kind: 'DataImage' },
    { group: 'metal3.io', kind: 'DataImage' },
  ],
  policies: [
    { group: '', kind: 'ConfigMap' },
    ...['Policy', 'PolicySet', 'PlacementBinding', 'PolicyAutomation'].map((kind) => ({ group: 'policy.open-cluster-management.io', kind })),
    ...['Placement', 'ManagedClusterSetBinding'].map((kind) => ({ group: 'cluster.open-cluster-management.io', kind })),
    { group: 'apps.open-cluster-management.io', kind: 'PlacementRule' },
  ],
};

/** What a SiteConfig renders; the reference's project permits them no longer. */
const INSTALL_OBJECTS: readonly GroupKind[] = [
  { group: 'extensions.hive.openshift.io', kind: 'AgentClusterInstall' },
  { group: 'hive.openshift.io', kind: 'ClusterDeployment' },
  { group: 'agent-install.openshift.io', kind: 'InfraEnv' },
  { group: 'agent-install.openshift.io', kind: 'NMStateConfig' },
  { group: 'agent.open-cluster-management.io', kind: 'KlusterletAddonConfig' },
  { group: 'metal3.io', kind: 'BareMetalHost' },
  { group: 'metal3.io', kind: 'HostFirmwareSettings' },
];

/** The project of an Application, with its name: one repository, its own namespaces, and the kinds of the reference. */
export function projectObject({ cluster, part, url, namespaces, withInstallObjects = false }: ApplicationOptions): KubeObject {
  const clusterKinds = [
    { group: '', kind: 'Namespace' },
    ...(part === 'sites'
      ? [
          { group: 'hive.openshift.io', kind: 'ClusterImageSet' },
          { group: 'cluster.open-cluster-management.io', kind: 'ManagedCluster' },
        ]
      : []),
  ];
  return {
    ...APP_PROJECT,
    metadata: metadataOf(cluster, part),
    spec: {
      description: `${part} of ${cluster}, by labwright`,
      sourceRepos: [url],
      destinations: namespaces.map((namespace) => ({ server: HUB, namespace })),
      clusterResourceWhitelist: clusterKinds,
      namespaceResourceWhitelist: withInstallObjects ? [...PERMITTED[part], ...INSTALL_OBJECTS] : PERMITTED[part],
    },
  };
}

/** Never automated: each sync is one that a step asked for, at the job's commit (reference/ztp.md §6.4, §6.5). */
export function applicationObject({ cluster, part, url, path, revision, namespaces, patches }: ApplicationOptions): KubeObject {
  return {
    ...APPLICATION,
    metadata: metadataOf(cluster, part),
    spec: {
      project: applicationName(cluster, part),
      source: { repoURL: url, path, targetRevision: revision, ...(patches && { kustomize: { patches } }) },
      destination: { server: HUB, namespace: namespaces[0] },
      syncPolicy: { syncOptions: ['ServerSideApply=true', 'RespectIgnoreDifferences=true'] },
    },
  };
}

function metadataOf(cluster: string, part: 'sites' | 'policies'): KubeObject['metadata'] {
  return { name: applicationName(cluster, part), namespace: ARGO_NAMESPACE, labels: { [CLUSTER_LABEL]: cluster } };
}

/** What the job decides instead of the commit: whether the cluster is held, its release, and whom power events name. */
export interface Decided {
  readonly cluster: string;
  readonly held: boolean;
  readonly clusterImageSet: string;
  readonly step: string;
}

/** For a ClusterInstance. */
export function instancePatch(decided: Decided): object {
  return patchOf(CLUSTER_INSTANCE, decided.cluster, { spec: instanceSpec(decided) });
}

export function instanceSpec({ held, clusterImageSet, step }: Decided): {
  readonly holdInstallation: boolean;
  readonly clusterImageSetNameRef: string;
  readonly extraAnnotations: { readonly BareMetalHost: Readonly<Record<string, string>> };
} {
  return { holdInstallation: held, clusterImageSetNameRef: clusterImageSet, extraAnnotations: { BareMetalHost: { [STEP_ANNOTATION]: step } } };
}

/** The same for what a SiteConfig renders. */
export function installPatches({ cluster, held, clusterImageSet, step }: Decided): readonly object[] {
  return [
    patchOf(AGENT_CLUSTER_INSTALL, cluster, { spec: { holdInstallation: held, imageSetRef: { name: clusterImageSet } } }),
    patchOf(BARE_METAL_HOST, 'every', { metadata: { name: 'every', annotations: { [STEP_ANNOTATION]: step } } }),
  ];
}

/** A strategic merge patch for every object of a kind: with a target the name in it does not matter. */
function patchOf({ apiVersion, kind }: KindRef, name: string, patch: object): object {
  return { target: { group: apiVersion.split('/')[0], kind }, patch: stringify({ apiVersion, kind, metadata: { name }, ...patch }) };
}
