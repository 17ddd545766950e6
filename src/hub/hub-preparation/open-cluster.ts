import type { KubeClient } from '../../kube/kube-client.ts';
import type { StepContext } from '../../util/step.ts';
import type { ActionDeps } from '../action.ts';

/** How a step reaches the cluster that becomes a hub, or is one. */
export type OpenCluster = (deps: ActionDeps, context: StepContext) => Promise<KubeClient>;
