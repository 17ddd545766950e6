import type { InstallMethod, PlannedCluster } from '../lab/plan.ts';
import type { Action } from './action.ts';
import { attachSpoke } from './attach-spoke.ts';
import { withEvidence } from './evidence/with-evidence.ts';
import { destroySpoke } from './destroy-spoke.ts';
import { detachSpoke } from './detach-spoke.ts';
import { installByAgent } from './install-by-agent.ts';
import { installByIpi } from './install-by-ipi.ts';
import { installByUpi } from './install-by-upi.ts';
import { installInPlace } from './install-in-place.ts';
import { installSpoke } from './install-spoke.ts';
import { policiesOfSpokes } from './policies-of-spokes.ts';
import { afterReset } from './after-reset.ts';
import { prepareHub } from './hub-preparation/prepare-hub.ts';
import { redeploySpoke } from './redeploy-spoke.ts';
import { upgradeSpokes } from './upgrade-spokes.ts';

/** `assisted` is an old name of what DCI now does by agent (reference/lab-and-libvirt.md §1.6). */
const ACTIONS: Readonly<Record<string, Partial<Readonly<Record<InstallMethod, Action>>>>> = {
  install: {
    abi: installByAgent,
    assisted: installByAgent,
    'sno-in-place': installInPlace,
    upi: installByUpi,
    ipi: installByIpi,
    clusterinstance: installSpoke,
  },
  prepare: { abi: prepareHub, assisted: prepareHub, ipi: prepareHub, upi: prepareHub, 'sno-in-place': prepareHub },
  attach: { clusterinstance: attachSpoke },
  detach: { clusterinstance: detachSpoke },
  destroy: { clusterinstance: destroySpoke },
  redeploy: {
    abi: afterReset(installByAgent),
    assisted: afterReset(installByAgent),
    'sno-in-place': afterReset(installInPlace),
    upi: afterReset(installByUpi),
    ipi: afterReset(installByIpi),
    clusterinstance: redeploySpoke,
  },
  upgrade: { clusterinstance: upgradeSpokes },
  policies: { clusterinstance: policiesOfSpokes },
};

/** What a job's `action: NAME` means on a cluster: it depends on how the cluster is installed. @returns undefined when there is none. */
export function actionFor(name: string, cluster: PlannedCluster): Action | undefined {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name]?.[cluster.install] : undefined;
  return action && withEvidence(action);
}
