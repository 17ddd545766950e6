import { isInsideLab } from '../lab/inside-lab.ts';
import type { LabPlan } from '../lab/plan.ts';
import type { Dial } from '../util/dial.ts';
import { LabwrightError } from '../util/errors.ts';

/** The dial of a disconnected job: whatever is not of the lab is refused by name, before a connection is tried. */
export function insideOnly(dial: Dial, plan: LabPlan): Dial {
  return (endpoint) => {
    if (isInsideLab(plan, endpoint)) return dial(endpoint);
    throw new LabwrightError('refused', `${endpoint.host}:${endpoint.port} is outside of lab ${plan.lab}, and the job is disconnected`, {
      hint: 'name a host of the lab, or take network: disconnected out of the job',
    });
  };
}
