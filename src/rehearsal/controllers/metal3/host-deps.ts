import type { KubeClient } from '../../../kube/kube-client.ts';
import { STEP_ANNOTATION } from '../../../util/step.ts';
import type { Bmc } from '../../../machines/bmc/bmc.ts';
import { rfc3339Seconds } from '../conditions.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import type { ObjectCache } from '../object-cache.ts';
import type { Host, HostStatus } from './host.ts';
import { writeStatus } from './write-status.ts';
import type { StageTimers } from './stage-timers.ts';

/** What the stages of a host need. */
export interface HostDeps {
  readonly hub: HubDeps;
  readonly kube: KubeClient;
  readonly cache: ObjectCache;
  readonly timers: StageTimers;
  /** Host UID → the credentials and address that were tried last. */
  readonly attempts: Map<string, string>;
}

/** When to look at the host again; nothing: when something changes. */
export type Turn = { readonly afterMs: number } | void;

/**
 * @param stage with `/what` behind it is another stage for each `what`, but takes as long for all: credentials and URLs
 * differ between rehearsals of one seed.
 * @returns undefined once the stage has taken its time, before that the turn to end with.
 */
export function stillRunning(deps: HostDeps, host: Host, stage: string, minMs: number, maxMs: number): Turn {
  const object = `BareMetalHost/${host.namespace}/${host.name}`;
  const afterMs = deps.timers.remainingMs(host.uid, stage, () => jitterMs(deps.hub.seed, object, stage.split('/')[0]!, minMs, maxMs));
  return afterMs > 0 ? { afterMs } : undefined;
}

export function save(deps: HostDeps, host: Host, change: Partial<HostStatus>): Promise<Host> {
  return writeStatus(deps.kube, host, { ...host.status!, ...change }, deps.hub.clock.now());
}

/** The status of a host that enters a state; begins and ends the operation that the state stands for. */
export function entering(deps: HostDeps, host: Host, state: HostStatus['provisioning']['state'], more: Partial<HostStatus> = {}): Partial<HostStatus> {
  const status = { ...host.status!, ...more };
  const now = rfc3339Seconds(deps.hub.clock.now());
  const history = { ...status.operationHistory };
  const left = OPERATIONS[status.provisioning.state];
  if (left) history[left] = { ...history[left], end: now };
  const entered = OPERATIONS[state];
  if (entered) history[entered] = { start: now, end: null };
  return { ...more, operationHistory: history, provisioning: { ...status.provisioning, state } };
}

const OPERATIONS: Partial<Record<HostStatus['provisioning']['state'], keyof HostStatus['operationHistory']>> = {
  registering: 'register',
  inspecting: 'inspect',
  provisioning: 'provision',
  deprovisioning: 'deprovision',
};

/** The host's BMC, with the credentials of its Secret as the watch has brought it; undefined without one. */
export function bmcOf(deps: HostDeps, host: Host): Bmc | undefined {
  const credentials = bmcCredentials(deps, host);
  if (!credentials || !host.spec.bmc) return undefined;
  return deps.hub.bmc({ url: host.spec.bmc.address, ...credentials }, host.annotations[STEP_ANNOTATION]);
}

export function bmcCredentials(deps: HostDeps, host: Host): { readonly username: string; readonly password: string; readonly version: string } | undefined {
  const secret = deps.cache.get({ apiVersion: 'v1', kind: 'Secret', namespace: host.namespace, name: host.spec.bmc?.credentialsName ?? '' });
  const data = secret?.['data'] as Readonly<Record<string, string>> | undefined;
  if (!secret || data?.['username'] === undefined || data['password'] === undefined) return undefined;
  const text = (base64: string): string => Buffer.from(base64, 'base64').toString();
  return { username: text(data['username']), password: text(data['password']), version: secret.metadata.resourceVersion ?? '' };
}
