import type { HubDeps } from '../hub-deps.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import type { Controller, ObjectKey } from '../controller.ts';
import type { ObjectCache } from '../object-cache.ts';
import { CLUSTER_DEPLOYMENT, CLUSTER_INSTANCE } from '../../../render/siteconfig/cluster-instance.ts';
import { changeStatus } from './change-status.ts';
import { instanceStatus } from '../../../render/siteconfig/instance-status.ts';
import { ownerOf } from '../../../render/siteconfig/owner.ts';
import { followDeployment } from './provisioned.ts';
import { awaitsReimport, followReimport, LOOK_AGAIN_MS } from './reimport.ts';

/** Carries what hive says about a ClusterDeployment into the ClusterInstance that owns it. */
export function deploymentController({ kube, clock }: Pick<HubDeps, 'kube' | 'clock'>, cache: ObjectCache): Controller {
  // Only news about the installation counts: a ClusterDeployment that another ClusterInstance takes over wakes nobody.
  const news = ({ spec, status }: KubeObject): unknown => [
    (spec as { installed?: unknown }).installed,
    (status as { conditions?: unknown } | undefined)?.conditions,
  ];
  return {
    name: 'siteconfig-deployment',
    watches: [{ kind: CLUSTER_DEPLOYMENT, keysOf: changedOnly(news) }],
    async reconcile(key: ObjectKey, signal) {
      const deployment = cache.get({ ...CLUSTER_DEPLOYMENT, ...key });
      const owner = deployment && ownerOf(deployment);
      if (deployment === undefined || owner === undefined) return undefined;
      const instance = await kube.get({ ...CLUSTER_INSTANCE, ...owner }, signal);
      if (instance === undefined) return undefined;
      const followed = await changeStatus(kube, instance, (status) => followDeployment(status, deployment, clock.now()), signal);
      if (!awaitsReimport(instanceStatus(followed), deployment)) return undefined;
      const cluster = await kube.get({ apiVersion: 'cluster.open-cluster-management.io/v1', kind: 'ManagedCluster', name: deployment.metadata.name }, signal);
      const shown = await changeStatus(kube, followed, (status) => followReimport(status, cluster, clock.now()), signal);
      return awaitsReimport(instanceStatus(shown), deployment) ? { afterMs: LOOK_AGAIN_MS } : undefined;
    },
  };
}
