import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { LABWRIGHT_NAMESPACE, uuidV5 } from '../../../util/ids.ts';
import { rfc3339Seconds, withConditions } from '../conditions.ts';
import { keyOf, type Controller } from '../controller.ts';
import { jitterMs } from '../jitter.ts';
import type { ObjectCache } from '../object-cache.ts';
import type { AssistedDeps } from './assisted-deps.ts';
import { CLUSTER_DEPLOYMENT, FINALIZERS, INFRA_ENV, INFRA_ENV_LABEL, NMSTATE_CONFIG } from './kinds.ts';
import { addFinalizer, at, putStatus, removeFinalizer } from './write-objects.ts';

interface InfraEnvSpec {
  readonly clusterRef?: { readonly name?: string; readonly namespace?: string };
  readonly additionalNTPSources?: readonly string[];
}

interface InfraEnvStatus {
  readonly conditions?: readonly Condition[];
  readonly isoDownloadURL?: string;
  readonly createdTime?: string;
}

/** What a machine gets that boots a discovery ISO of this hub. */
export interface DiscoveryIso {
  readonly kind: 'discovery';
  readonly hub: string;
  /** `<namespace>/<name>` */
  readonly infraEnv: string;
  readonly id: string;
}

/** InfraEnv: a discovery image, once its cluster is known to the service. */
export function infraEnvController(deps: AssistedDeps, cache: ObjectCache): Controller {
  const { kube, service, clock } = deps;
  /** By InfraEnv: when its image is ready, drawn when building began. */
  const building = new Map<string, number>();
  /** By InfraEnv: how often its cluster was not there when it was time to look. */
  const retries = new Map<string, { readonly count: number; readonly dueMs: number }>();
  const retry = (id: string, missing: string): { readonly afterMs: number } | undefined => {
    // A ClusterDeployment that comes is seen; that the service has taken it is not.
    if (!missing.startsWith('cluster does not exist')) return undefined;
    const before = retries.get(id);
    if (before && clock.now() < before.dueMs) return { afterMs: before.dueMs - clock.now() };
    const count = (before?.count ?? -1) + 1;
    const afterMs = Math.min(FIRST_RETRY_MS * 2 ** count, MAX_RETRY_MS);
    retries.set(id, { count, dueMs: clock.now() + afterMs });
    return { afterMs };
  };
  return {
    name: 'assisted/infraenvs',
    watches: [
      { kind: INFRA_ENV },
      {
        kind: NMSTATE_CONFIG,
        keysOf: ({ metadata: { namespace } }) => cache.list({ ...INFRA_ENV, ...(namespace === undefined ? {} : { namespace }) }).map(keyOf),
      },
      {
        kind: CLUSTER_DEPLOYMENT,
        keysOf: (cd) =>
          cache
            .list(INFRA_ENV)
            .filter((one) => specOf(one).clusterRef?.name === cd.metadata.name)
            .map(keyOf),
      },
    ],
    async reconcile(key, signal) {
      const found = await kube.get(at(INFRA_ENV, key.namespace, key.name), signal);
      if (!found) return;
      const id = uuidV5(LABWRIGHT_NAMESPACE, `infraenv/${deps.seed}/${found.metadata.uid}`);
      if (found.metadata.deletionTimestamp !== undefined) {
        service.removeInfraEnv(id);
        const url = statusOf(found).isoDownloadURL;
        if (url !== undefined && url !== '') deps.publishIso(url, undefined);
        return removeFinalizer(kube, found, FINALIZERS.infraEnv, signal);
      }
      const infraEnv = await addFinalizer(kube, found, FINALIZERS.infraEnv, signal);
      const missing = await missingCluster(deps, infraEnv, signal);
      if (missing !== undefined) {
        await write(
          infraEnv,
          { type: 'ImageCreated', status: 'Unknown', reason: 'MissingClusterDeployment', message: `ClusterDeployment is missing: ${missing}` },
          {},
          signal,
        );
        return retry(id, missing);
      }
      retries.delete(id);
      register(infraEnv, id);
      if (hasImage(infraEnv)) {
        await write(infraEnv, READY, {}, signal);
        return;
      }
      const dueMs = building.get(id) ?? clock.now() + jitterMs(deps.seed, `${key.namespace}/${key.name}`, 'image', 3000, 7000);
      building.set(id, dueMs);
      if (clock.now() < dueMs) return { afterMs: dueMs - clock.now() };
      if (deps.faults.hits('iso-not-built', key.namespace ?? '', key.name)) {
        const message = 'Failed to create image: the image service answered 500 Internal Server Error';
        await write(infraEnv, { type: 'ImageCreated', status: 'False', reason: 'ImageCreationError', message }, {}, signal);
        return;
      }
      building.delete(id);
      await publish(infraEnv, id, signal);
    },
  };

  function register(infraEnv: KubeObject, id: string): void {
    const { namespace = '', name } = infraEnv.metadata;
    const { clusterRef, additionalNTPSources = [] } = specOf(infraEnv);
    const cluster = clusterRef?.name === undefined ? undefined : service.clusterOf(clusterRef.namespace ?? namespace, clusterRef.name);
    service.putInfraEnv({ id, namespace, name, clusterId: cluster?.id, ntpSources: additionalNTPSources });
  }

  async function publish(infraEnv: KubeObject, id: string, signal: AbortSignal): Promise<void> {
    const { namespace, name } = infraEnv.metadata;
    const token = Buffer.from(JSON.stringify({ infra_env_id: id })).toString('base64url');
    const version =
      service.clusters
        .get(service.infraEnvs.get(id)?.clusterId ?? '')
        ?.spec.openshiftVersion.split('.')
        .slice(0, 2)
        .join('.') ?? '4.18';
    const isoDownloadURL = `https://${deps.imageServiceHost}/byapikey/${token}/${version}/x86_64/minimal.iso`;
    const content: DiscoveryIso = { kind: 'discovery', hub: deps.hub, infraEnv: `${namespace}/${name}`, id };
    deps.publishIso(isoDownloadURL, Buffer.from(JSON.stringify(content)));
    const base = `https://${deps.imageServiceHost}`;
    const rest = {
      isoDownloadURL,
      createdTime: rfc3339Seconds(clock.now()),
      debugInfo: { eventsURL: `https://${deps.assistedServiceHost}/api/assisted-install/v2/events?infra_env_id=${id}` },
      bootArtifacts: {
        discoveryIgnitionURL: `https://${deps.assistedServiceHost}/api/assisted-install/v2/infra-envs/${id}/downloads/files?file_name=discovery.ign`,
        initrd: `${base}/images/${id}/pxe-initrd?arch=x86_64&version=${version}`,
        ipxeScript: `https://${deps.assistedServiceHost}/api/assisted-install/v2/infra-envs/${id}/downloads/files?file_name=ipxe-script`,
        kernel: `${base}/boot-artifacts/kernel?arch=x86_64&version=${version}`,
        rootfs: `${base}/boot-artifacts/rootfs?arch=x86_64&version=${version}`,
      },
    };
    await write(infraEnv, READY, rest, signal);
  }

  async function write(
    infraEnv: KubeObject,
    condition: Omit<Condition, 'lastTransitionTime'>,
    rest: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<void> {
    const before = statusOf(infraEnv);
    const status = {
      bootArtifacts: { discoveryIgnitionURL: '', initrd: '', ipxeScript: '', kernel: '', rootfs: '' },
      debugInfo: { eventsURL: '' },
      ...before,
      agentLabelSelector: { matchLabels: { [INFRA_ENV_LABEL]: infraEnv.metadata.name } },
      ...rest,
      conditions: withConditions(before.conditions, [condition], clock.now()),
    };
    await putStatus(kube, infraEnv, status, signal);
  }
}

/** controller-runtime's backoff from 5 ms on, its first turns taken together. */
const FIRST_RETRY_MS = 640;
const MAX_RETRY_MS = 1_000_000;

const READY = { type: 'ImageCreated', status: 'True', reason: 'InfraEnvAvailable', message: 'InfraEnv is available: Image has been created' } as const;

/** Why its cluster cannot be found, in the service's words. An InfraEnv without a reference waits for none. */
async function missingCluster({ kube, service }: AssistedDeps, infraEnv: KubeObject, signal: AbortSignal): Promise<string | undefined> {
  const { clusterRef } = specOf(infraEnv);
  if (clusterRef?.name === undefined) return undefined;
  const { name, namespace = infraEnv.metadata.namespace ?? '' } = clusterRef;
  if (!(await kube.get(at(CLUSTER_DEPLOYMENT, namespace, name), signal))) {
    return `failed to get clusterDeployment with name ${name} in namespace ${namespace}: ClusterDeployment.hive.openshift.io "${name}" not found`;
  }
  if (service.clusterOf(namespace, name)) return undefined;
  return `cluster does not exist: ${name}, check AgentClusterInstall conditions: name ${name} in namespace ${namespace}`;
}

function specOf(infraEnv: KubeObject): InfraEnvSpec {
  return infraEnv['spec'] ?? {};
}

function statusOf(infraEnv: KubeObject): InfraEnvStatus {
  return infraEnv['status'] ?? {};
}

function hasImage(infraEnv: KubeObject): boolean {
  return (statusOf(infraEnv).isoDownloadURL ?? '') !== '';
}
