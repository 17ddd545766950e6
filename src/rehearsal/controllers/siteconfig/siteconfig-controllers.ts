import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { deploymentController } from './deployment-controller.ts';
import { instanceController } from './instance-controller.ts';

/** The siteconfig operator of a hub. Its webhook is `admitClusterInstance`. */
export function siteconfigControllers(deps: Pick<HubDeps, 'kube' | 'clock'>, cache: ObjectCache): readonly Controller[] {
  return [instanceController(deps), deploymentController(deps, cache)];
}
