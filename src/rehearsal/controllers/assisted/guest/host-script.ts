import type { Instruction } from '../service/agent-api.ts';
import type { Inventory } from '../service/inventory.ts';
import type { HostRecord } from '../service/records.ts';
import type { Stage } from '../service/stages.ts';

/**
 * How one host behaves: what its agent finds out and how fast, and what its installer does.
 *
 * The world gives every machine the script of a healthy one; recordings are other scripts for the same players.
 */
export interface HostScript {
  readonly inventory: Inventory;
  /** From the start of the discovery image until its agent calls the service. */
  readonly registerMs: number;
  /** Between a question of the service and the answer. */
  readonly replyMs: (instruction: Instruction) => number;
  readonly ntpSynced: boolean;
  /** Its clock against that of the service. */
  readonly clockOffsetMs: number;
  readonly diskSyncMs: number;
  /** Images it cannot pull; empty for a healthy host. */
  readonly failedImages: readonly string[];
  readonly reaches: (other: HostRecord) => boolean;
  readonly vipsInUse: boolean;
  /** What its installer does, given the stages that a host of its role goes through. */
  readonly install: (host: HostRecord, stages: readonly Stage[]) => readonly InstallerStep[];
}

/** One report of an installer, so long after the one before it. */
export type InstallerStep =
  | { readonly do: 'report'; readonly stage: Stage; readonly info?: string; readonly afterMs: number }
  | { readonly do: 'fail'; readonly message: string; readonly afterMs: number }
  /** Its agent is not heard of any more. */
  | { readonly do: 'fall-silent'; readonly afterMs: number }
  /** Until every other control plane but the bootstrap host has reached its reboot. */
  | { readonly do: 'await-control-plane' }
  /** The image is on the disk and the host reboots; the rest is played after its next boot. */
  | { readonly do: 'reboot' };
