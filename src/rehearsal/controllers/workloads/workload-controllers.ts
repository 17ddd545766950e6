import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { deploymentController } from './deployment-controller.ts';
import { routeController } from './route-controller.ts';

/** What makes a hub's own workloads run and be found, as far as a preparation waits for it; without claim of fidelity. */
export function workloadControllers(deps: HubDeps): readonly Controller[] {
  const { router } = deps;
  return router ? [deploymentController({ ...deps, router }), routeController({ ...deps, router })] : [];
}
