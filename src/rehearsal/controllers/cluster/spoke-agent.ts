import { listIfServed } from '../../../kube/list-if-served.ts';
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { isLabwrightError, messageOf } from '../../../util/errors.ts';
import { managementDefinitions } from '../../definitions/open-cluster-management.ts';
import type { HubDeps } from '../hub-deps.ts';
import { dropFinalizer } from '../drop-finalizer.ts';
import { klusterletWorkName } from './klusterlet-works.ts';

const KLUSTERLET = { apiVersion: 'operator.open-cluster-management.io/v1', kind: 'Klusterlet', name: 'klusterlet' } as const;
const APPLIED_WORK = { apiVersion: 'work.open-cluster-management.io/v1', kind: 'AppliedManifestWork' } as const;
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;
const AGENT_NAMESPACE = 'open-cluster-management-agent';
const NAMESPACES = [AGENT_NAMESPACE, 'open-cluster-management-agent-addon'];
const DEFINITIONS = ['klusterlets.operator.open-cluster-management.io', 'appliedmanifestworks.work.open-cluster-management.io'];
/** Taken away by the operator of the klusterlet, which goes with it. */
const KLUSTERLET_FINALIZER = 'operator.open-cluster-management.io/klusterlet-cleanup';
/** Whose agent it is: a controller that begins again knows its own. */
const OWNER = 'labwright.dev/managed-cluster-uid';

/** The agent that an import leaves on a managed cluster, by what it puts there (reference/ztp.md §5.2). */
export interface SpokeAgent {
  /** @returns why the import failed, in the words of its condition; undefined when the agent is there. */
  install(of: { readonly cluster: string; readonly managedClusterUid: string }, signal: AbortSignal): Promise<string | undefined>;
  isThere(signal: AbortSignal): Promise<boolean>;
  clusterId(signal: AbortSignal): Promise<string | undefined>;
  /** The Klusterlet, its namespaces, and what it noted about its works. @returns false when the cluster is away. */
  removeKlusterlet(signal: AbortSignal): Promise<boolean>;
  /** The definitions of its kinds, last. @returns false when the cluster is away. */
  removeDefinitions(signal: AbortSignal): Promise<boolean>;
}

export function spokeAgent({ open, hubUrl }: NonNullable<HubDeps['spokes']>, kubeconfig: string): SpokeAgent {
  const kube = open(kubeconfig);
  /** @returns false when the cluster does not answer. */
  const reaches = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (isAway(error)) return false;
      throw error;
    }
  };
  return {
    async install({ cluster, managedClusterUid }, signal) {
      try {
        await defineKinds(kube, signal);
        const found = await kube.get(KLUSTERLET, signal);
        if (found === undefined) await create(kube, klusterlet(cluster, managedClusterUid), signal);
        else if (found.metadata.annotations?.[OWNER] !== managedClusterUid)
          return 'klusterlets.operator.open-cluster-management.io "klusterlet" already exists';
        for (const object of agentObjects(cluster, hubUrl)) await create(kube, object, signal);
        return undefined;
      } catch (error) {
        if (isLabwrightError(error)) return messageOf(error);
        throw error;
      }
    },
    isThere: (signal) => reaches(() => kube.raw('GET', '/readyz', undefined, signal)),
    async clusterId(signal) {
      let id: string | undefined;
      await reaches(async () => {
        const version = await kube.get({ apiVersion: 'config.openshift.io/v1', kind: 'ClusterVersion', name: 'version' }, signal);
        id = (version?.['spec'] as { readonly clusterID?: string } | undefined)?.clusterID;
      });
      return id;
    },
    removeKlusterlet: (signal) =>
      reaches(async () => {
        for (const work of (await listIfServed(kube, APPLIED_WORK, signal)) ?? []) await kube.delete({ ...APPLIED_WORK, name: work.metadata.name }, {}, signal);
        for (const { metadata } of (await listIfServed(kube, KLUSTERLET, signal)) ?? []) {
          const left = await kube.delete({ ...KLUSTERLET, name: metadata.name }, {}, signal);
          if (left) await dropFinalizer(kube, left, KLUSTERLET_FINALIZER, signal);
        }
        for (const name of NAMESPACES) await kube.delete({ ...NAMESPACE, name }, {}, signal);
      }),
    removeDefinitions: (signal) =>
      reaches(async () => {
        for (const name of DEFINITIONS) await kube.delete({ ...DEFINITION, name }, {}, signal);
      }),
  };
}

function isAway(error: unknown): boolean {
  return isLabwrightError(error) && error.code === 'unreachable';
}

async function defineKinds(kube: KubeClient, signal: AbortSignal): Promise<void> {
  for (const definition of managementDefinitions()) if (DEFINITIONS.includes(definition.metadata.name)) await create(kube, definition, signal);
}

function klusterlet(cluster: string, managedClusterUid: string): KubeObject {
  return {
    ...kindOf(KLUSTERLET),
    metadata: { name: KLUSTERLET.name, finalizers: [KLUSTERLET_FINALIZER], annotations: { [OWNER]: managedClusterUid } },
    spec: { clusterName: cluster, namespace: AGENT_NAMESPACE },
  };
}

function agentObjects(cluster: string, hubUrl: string): readonly KubeObject[] {
  const bootstrap = stringify({ apiVersion: 'v1', kind: 'Config', clusters: [{ name: 'hub', cluster: { server: hubUrl } }] });
  const hubHash = createHash('sha256').update(hubUrl).digest('hex');
  const manifestWorkName = klusterletWorkName(cluster);
  return [
    ...NAMESPACES.map((name): KubeObject => ({ ...NAMESPACE, metadata: { name } })),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'bootstrap-hub-kubeconfig', namespace: AGENT_NAMESPACE },
      type: 'Opaque',
      data: { kubeconfig: Buffer.from(bootstrap).toString('base64') },
    },
    { ...APPLIED_WORK, metadata: { name: `${hubHash}-${manifestWorkName}` }, spec: { hubHash, manifestWorkName } },
  ];
}

function kindOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion, kind };
}

async function create(kube: KubeClient, object: KubeObject, signal: AbortSignal): Promise<void> {
  try {
    await kube.create(object, {}, signal);
  } catch (error) {
    if (!isKubeApiError(error) || error.reason !== 'AlreadyExists') throw error;
  }
}
