import type { LabPlan } from '../lab/plan.ts';
import { systemClock } from '../util/clock.ts';
import { directDial } from '../util/dial.ts';
import { localExec } from '../util/exec.ts';
import { createClockGate } from './clock-gate.ts';
import type { LabDoors } from './lab-doors.ts';

/** Where the jumphost's HTTP store listens. */
export const STORE_PORT = 8008;

/** The doors of an agent that runs on a lab's jumphost. */
export function jumphostDoors(plan: LabPlan, secrets: Pick<LabDoors, 'pullSecret' | 'sshPublicKey'>): LabDoors {
  return {
    clock: systemClock,
    gate: createClockGate(systemClock),
    exec: localExec,
    dial: directDial,
    headers: {},
    simulated: false,
    installer: ['openshift-install'],
    storeListens: { host: plan.jumphost.address, port: STORE_PORT },
    publishStore: (listener) => Promise.resolve(listener),
    ...secrets,
  };
}
