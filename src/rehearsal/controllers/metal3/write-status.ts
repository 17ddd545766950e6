import type { KubeClient } from '../../../kube/kube-client.ts';
import { rfc3339Seconds, withConditions } from '../conditions.ts';
import { hostConditions } from './host-conditions.ts';
import { hostOf, type Host, type HostStatus } from './host.ts';

/** Writes a host's status with the conditions that follow from it. @returns the host as stored. */
export async function writeStatus(kube: KubeClient, host: Host, status: HostStatus, nowMs: number): Promise<Host> {
  const generation = host.object.metadata.generation ?? 1;
  const given = hostConditions(status).map((one) => ({ ...one, message: '', observedGeneration: generation }));
  return writeStatusAsIs(kube, host, { ...status, conditions: withConditions(status.conditions, given, nowMs) }, nowMs);
}

/** For what the operator notices before it looks at the state: its conditions stay behind then (recorded/metal3 missing-bmc-secret). */
export async function writeStatusAsIs(kube: KubeClient, host: Host, status: HostStatus, nowMs: number): Promise<Host> {
  return hostOf(await kube.update({ ...host.object, status: { ...status, lastUpdated: rfc3339Seconds(nowMs) } }, { subresource: 'status' }));
}
