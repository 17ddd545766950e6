import type { InstallMethod, PlannedCluster } from '../lab/plan.ts';
import type { Action } from './action.ts';
import { installSpoke } from './install-spoke.ts';

const ACTIONS: Readonly<Record<string, Partial<Readonly<Record<InstallMethod, Action>>>>> = {
  install: { clusterinstance: installSpoke },
};

/** What a job's `action: NAME` means on a cluster: it depends on how the cluster is installed. @returns undefined when there is none. */
export function actionFor(name: string, cluster: PlannedCluster): Action | undefined {
  return Object.hasOwn(ACTIONS, name) ? ACTIONS[name]?.[cluster.install] : undefined;
}
