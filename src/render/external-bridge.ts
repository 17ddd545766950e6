import type { LabPlan, PlannedCluster } from '../lab/plan.ts';

/** What install-config names when nothing else is said. */
export const DEFAULT_EXTERNAL_BRIDGE = 'baremetal';

/** The bridge of a provisionhost that the bootstrap VM of IPI hangs on: the lab's own, where the host is one of its servers. */
export function externalBridge(plan: LabPlan, { provisionhost, network }: Pick<PlannedCluster, 'provisionhost' | 'network'>): string {
  const isServer = plan.servers.some(({ name }) => name === provisionhost?.name) && provisionhost?.machine === undefined;
  return isServer ? plan.networks.find(({ name }) => name === network)!.bridge : DEFAULT_EXTERNAL_BRIDGE;
}
