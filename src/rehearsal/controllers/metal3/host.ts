import type { Condition, KindRef, KubeObject } from '../../../kube/objects.ts';

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
