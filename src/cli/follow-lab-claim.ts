import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { followOn, type FollowClaim } from '../machines/follow-claim.ts';
import { SILENT } from '../machines/work-off.ts';
import { lockLab } from './lock-lab.ts';

/** An apply of a whole lab may go on for that long. */
const APPLY_MS = 30 * 60_000;

/** How an agent's claims are followed: on the jumphost, after an apply that is at work. */
export function followLabClaim(labPath: string): FollowClaim {
  return async (plan, cluster, signal) => {
    using _lock = await lockLab(labPath, { waitMs: APPLY_MS, signal });
    await using hosts = new LabHosts(plan);
    return await followOn(hosts.jumphost, SILENT)(plan, cluster, signal);
  };
}
