import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { agentController } from './agent-controller.ts';
import { answerService } from './answer-service.ts';
import { ANY_RELEASE, type AssistedDeps, type Releases } from './assisted-deps.ts';
import { bmacController } from './bmac-controller.ts';
import { clusterController } from './cluster-controller.ts';
import { playMachines } from './guest/play-machines.ts';
import { infraEnvController } from './infraenv-controller.ts';
import { createAgentApi } from './service/agent-api.ts';
import { createEventLog } from './service/event-log.ts';
import { createInstallationService, type ServiceOptions } from './service/installation-service.ts';

export interface AssistedOptions extends ServiceOptions {
  readonly releases?: Releases;
}

/** The installation service with its controllers, and the guests of the hub's machines. */
export function assistedControllers(hub: HubDeps, cache: ObjectCache): readonly Controller[] {
  const { deps, controllers } = assistedService(hub, cache, {});
  const { service } = deps;
  hub.serveService?.(answerService({ service, log: createEventLog(service, hub.clock) }));
  playMachines(deps, cache);
  return controllers;
}

/** The service without guests: whoever holds it plays the hosts. */
export function assistedService(
  hub: HubDeps,
  cache: ObjectCache,
  options: AssistedOptions,
): { readonly deps: AssistedDeps; readonly controllers: readonly Controller[] } {
  const service = createInstallationService(hub, options);
  const deps: AssistedDeps = { ...hub, service, agents: createAgentApi(service, hub.clock), releases: options.releases ?? pulled(hub) };
  return { deps, controllers: [infraEnvController(deps, cache), clusterController(deps, cache), agentController(deps), bmacController(deps, cache)] };
}

/** Any release that the hub can pull. */
function pulled({ pull }: Pick<HubDeps, 'pull'>): Releases {
  if (pull === undefined) return ANY_RELEASE;
  return {
    ...ANY_RELEASE,
    versionOf(image) {
      const error = pull(image);
      return error === undefined ? ANY_RELEASE.versionOf(image) : { error };
    },
  };
}
