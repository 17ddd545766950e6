import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { clusterDeploymentController } from './cluster-deployment-controller.ts';

/** Hive, as far as a cluster that somebody else installs needs it. ClusterImageSets have no controller: they are read where they are named. */
export function hiveControllers(deps: HubDeps, _cache: ObjectCache): readonly Controller[] {
  return [clusterDeploymentController(deps)];
}
