/** The rehearsal's machines, as its controllers and installers see them. Power and media go through their Redfish service only. */
export interface SimulatedMachines {
  /** Looked up, never dialled: by the whole URL of a bare-metal host's BMC, else by the system UUID or name at its end. */
  byBmcUrl(url: string): SimulatedMachine | undefined;
  byName(name: string): SimulatedMachine | undefined;
  all(): readonly SimulatedMachine[];
  /** Called at each boot, after firmware time; the listener runs the guest. @returns what to call to stop listening. */
  onBoot(listener: (boot: Boot) => void): () => void;
  readonly powerLog: readonly PowerEvent[];
}

export interface SimulatedMachine {
  readonly name: string;
  readonly uuid: string;
  readonly mac: string;
  readonly address: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly disks: readonly SimulatedDisk[];
  power(): 'On' | 'Off';
  /** What its system disk holds; undefined when it is empty. Survives power cycles. */
  installed(): InstalledSystem | undefined;
  writeDisk(system: InstalledSystem): void;
  /** A reboot from inside the guest: no power event, boots by the usual order, the inserted media stays. */
  guestReboot(): void;
}

export interface SimulatedDisk {
  readonly sizeGiB: number;
  readonly serial: string;
  /** Without one it is made up. */
  readonly wwn?: string;
}

export interface InstalledSystem {
  readonly cluster: string;
  readonly hostname: string;
  /** Whatever the installer wants to find again at the next boot from disk. */
  readonly data: Readonly<Record<string, string>>;
}

export interface Boot {
  readonly machine: SimulatedMachine;
  readonly from: { readonly kind: 'iso'; readonly url: string; readonly content: Buffer } | { readonly kind: 'disk'; readonly system: InstalledSystem };
  /** Aborted when the machine loses power or reboots: the guest is gone. */
  readonly signal: AbortSignal;
}

/** `cause`: id of the step whose request asked for it, null when nobody did. */
export interface PowerEvent {
  /** Simulated seconds since the world began. */
  readonly at_s: number;
  readonly machine: string;
  readonly event: 'on' | 'off' | 'reset';
  readonly cause: string | null;
}
