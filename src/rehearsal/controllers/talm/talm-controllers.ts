import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { clusterController } from './cluster-controller.ts';
import { upgradeController } from './upgrade-controller.ts';

/** The Topology Aware Lifecycle Manager (cluster-group-upgrades-operator) of a hub. */
export function talmControllers(deps: Pick<HubDeps, 'kube' | 'clock' | 'seed' | 'log'>, cache: ObjectCache): readonly Controller[] {
  return [upgradeController(deps, cache), clusterController(deps, cache)];
}
