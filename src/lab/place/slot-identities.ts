import { addressAt } from '../ip.ts';
import type { Segment } from '../segments.ts';

/** One address per family. */
export function slotAddresses({ block, block6, slotSize }: Segment, slot: number, offset: number): string[] {
  return [block, ...(block6 ? [block6] : [])].map((one) => addressAt(one, slot * slotSize + offset));
}

/** `52:54:HH:NL:SS:OO` (reference/lab-and-libvirt.md §5.4). */
export function macOf({ labId, index }: Pick<Segment, 'labId' | 'index'>, slot: number, offset: number): string {
  return [0x52, 0x54, slot >> 8, labId * 16 + index, slot & 255, offset].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Bus of the first NIC, of the second, … in a VM: 2 and 3 hold its random numbers and its disks. The installed system names NICs after it (reference/lab-and-libvirt.md §4.5). */
export function vmNicBus(index: number): number {
  return index === 0 ? 1 : 3 + index;
}

export function vmNicName(index: number): string {
  return `enp${vmNicBus(index)}s0`;
}
