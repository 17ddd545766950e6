import type { PlannedBmc } from '../lab/plan.ts';

/** A BMC's address as metal3 reads it: `redfish-virtualmedia+https://…`, `ipmi://…`. */
export function metal3Address({ protocol, url }: Pick<PlannedBmc, 'protocol' | 'url'>): string {
  return protocol === 'ipmi' ? url : `${protocol}+${url}`;
}
