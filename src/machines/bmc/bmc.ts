/** One machine's management controller, as a client sees it. Speaks Redfish; every call throws `unreachable` or `refused`. */
export interface Bmc {
  power(signal?: AbortSignal): Promise<'On' | 'Off'>;
  reset(type: ResetType, signal?: AbortSignal): Promise<void>;
  insertMedia(imageUrl: string, signal?: AbortSignal): Promise<void>;
  /** Ejecting an empty drive is fine. */
  ejectMedia(signal?: AbortSignal): Promise<void>;
  media(signal?: AbortSignal): Promise<{ readonly inserted: boolean; readonly image: string | undefined }>;
  /** For the next boot only. */
  bootOnce(target: BootTarget, signal?: AbortSignal): Promise<void>;
  boot(signal?: AbortSignal): Promise<BootOverride>;
  /** `Disabled` gives the machine back to its own order. */
  setBoot(target: BootTarget, enabled: BootOverride['enabled'], signal?: AbortSignal): Promise<void>;
}

/** Redfish Resource.ResetType, the ones we send and serve (reference/lab-and-libvirt.md §3.1). */
export type ResetType = 'On' | 'ForceOff' | 'GracefulShutdown' | 'GracefulRestart' | 'ForceRestart' | 'Nmi' | 'ForceOn';
export type BootTarget = 'Cd' | 'Hdd' | 'Pxe';

export interface BootOverride {
  readonly target: BootTarget | 'None';
  readonly enabled: 'Once' | 'Continuous' | 'Disabled';
}

/** Opens a machine's BMC. `cause` is the id of the step that asks; it travels in CAUSE_HEADER. */
export type OpenBmc = (address: BmcAddress, cause?: string) => Bmc;

export interface BmcAddress {
  /** `https://host:port/redfish/v1/Systems/<id>`; also metal3's `redfish-virtualmedia+https://…`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/**
 * What the Redfish service of this folder stands in front of: libvirt domains, BMCs of physical servers, or a rehearsal's
 * machines. The service makes one change at a time per machine.
 */
export interface BmcBackend {
  systems(): Promise<readonly BmcSystem[]>;
  power(id: string): Promise<'On' | 'Off'>;
  /** `cause` is the caller's CAUSE_HEADER, null without one. */
  reset(id: string, type: ResetType, cause: string | null): Promise<void>;
  insertMedia(id: string, imageUrl: string): Promise<void>;
  ejectMedia(id: string): Promise<void>;
  media(id: string): Promise<string | undefined>;
  setBoot(id: string, target: BootTarget, enabled: BootOverride['enabled']): Promise<void>;
  boot(id: string): Promise<BootOverride>;
  /** Basic auth of one machine. */
  authenticate(id: string, username: string, password: string): boolean;
}

export interface BmcSystem {
  /** The machine's UUID; also reachable by name. */
  readonly id: string;
  readonly name: string;
  readonly mac: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Default efi. */
  readonly firmware?: 'efi' | 'bios';
  readonly disks?: readonly { readonly sizeGiB: number; readonly serial: string | undefined }[];
  readonly physical?: boolean;
}
