import type { KubeClient } from '../../../kube/kube-client.ts';
import type { Condition, KindRef, KubeObject } from '../../../kube/objects.ts';
import { rfc3339Seconds, withConditions } from '../conditions.ts';
import { hostConditions } from './host-conditions.ts';

export const BARE_METAL_HOST: KindRef = { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost' };
export const HOST_FINALIZER = 'baremetalhost.metal3.io';
export const DETACHED_ANNOTATION = 'baremetalhost.metal3.io/detached';
export const PAUSED_ANNOTATION = 'baremetalhost.metal3.io/paused';

/** `status.provisioning.state`, in the operator's words (recorded/metal3). */
export type ProvisioningState =
  | 'registering'
  | 'inspecting'
  | 'preparing'
  | 'available'
  | 'provisioning'
  | 'provisioned'
  | 'externally provisioned'
  | 'deprovisioning'
  | 'powering off before delete'
  | 'deleting';

export type OperationalStatus = '' | 'OK' | 'error' | 'detached';

export interface HostImage {
  readonly url: string;
  readonly format?: string;
}

export interface HostSpec {
  readonly bmc?: { readonly address: string; readonly credentialsName: string };
  readonly bootMACAddress?: string;
  readonly bootMode?: string;
  readonly online?: boolean;
  readonly externallyProvisioned?: boolean;
  readonly image?: HostImage | null;
  readonly rootDeviceHints?: Readonly<Record<string, unknown>>;
  readonly inspectionMode?: string;
  readonly architecture?: string;
}

export interface Credentials {
  readonly credentials?: { readonly name: string; readonly namespace: string };
  readonly credentialsVersion?: string;
}

interface Span {
  readonly start: string | null;
  readonly end: string | null;
}

export interface HostStatus {
  readonly operationalStatus: OperationalStatus;
  readonly errorType?: string;
  readonly errorMessage: string;
  readonly errorCount: number;
  readonly poweredOn: boolean;
  readonly hardwareProfile?: string;
  readonly hardware?: unknown;
  readonly provisioning: {
    readonly ID: string;
    readonly state: ProvisioningState;
    readonly bootMode: string;
    readonly image: HostImage;
    readonly rootDeviceHints?: Readonly<Record<string, unknown>>;
  };
  readonly provisioningFailCount: number;
  readonly lastAttemptedImage?: HostImage;
  readonly goodCredentials: Credentials;
  readonly triedCredentials: Credentials;
  readonly operationHistory: Readonly<Record<'register' | 'inspect' | 'provision' | 'deprovision', Span>>;
  readonly lastUpdated: string;
  readonly conditions?: readonly Condition[];
}

/** A BareMetalHost as this controller reads it; its definition has already checked the shape. */
export interface Host {
  readonly object: KubeObject;
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly spec: HostSpec;
  readonly status: HostStatus | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly deleting: boolean;
}

export function hostOf(object: KubeObject): Host {
  const { metadata } = object;
  const status = object['status'] as HostStatus | undefined;
  return {
    object,
    uid: metadata.uid ?? '',
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    spec: object['spec'] ?? {},
    status: status?.provisioning === undefined ? undefined : status,
    annotations: metadata.annotations ?? {},
    deleting: metadata.deletionTimestamp !== undefined,
  };
}

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
