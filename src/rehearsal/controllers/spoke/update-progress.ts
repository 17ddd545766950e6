import { jitterMs } from '../jitter.ts';

const MINUTE_MS = 60_000;

/** Steps in which a release is rolled out; the last operator is machine-config, which restarts the nodes of the control plane. */
export const STEPS = 10;
/** From this step on the operator of the machines is at work. */
export const MACHINES_FROM = 7;
/** Workers are done so many steps later than the release, as it does not wait for them. */
export const WORKER_STEPS = 2;
/** Manifests of a release payload, as a 4.18 cluster counts them. */
const MANIFESTS = 886;

/** When each step of a roll-out is reached, in milliseconds after it began; drawn from seed, cluster and version. */
export function stepsDueMs(seed: number | string, cluster: string, version: string): readonly number[] {
  let sumMs = 0;
  return Array.from({ length: STEPS + WORKER_STEPS }, (_, step) => {
    sumMs += jitterMs(seed, `ClusterVersion/${cluster}`, `${version}/${step}`, 3 * MINUTE_MS, 5 * MINUTE_MS);
    return sumMs;
  });
}

/** `Working towards 4.18.2: 443 of 886 done (50% complete)`. */
export function workingTowards(version: string, step: number): string {
  const done = Math.floor((MANIFESTS * step) / STEPS);
  const waiting = step >= MACHINES_FROM ? ', waiting on machine-config' : '';
  return `Working towards ${version}: ${done} of ${MANIFESTS} done (${Math.floor((100 * done) / MANIFESTS)}% complete)${waiting}`;
}
