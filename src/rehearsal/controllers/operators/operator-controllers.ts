import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { agentServiceConfigController } from './agent-service-config-controller.ts';
import { multiClusterHubController } from './multi-cluster-hub-controller.ts';
import { subscriptionController } from './subscription-controller.ts';

/** What turns a new cluster into a hub, as far as a preparation waits for it. */
export function operatorControllers(deps: Pick<HubDeps, 'kube' | 'clock' | 'seed'>): readonly Controller[] {
  return [subscriptionController(deps), multiClusterHubController(deps), agentServiceConfigController(deps)];
}
