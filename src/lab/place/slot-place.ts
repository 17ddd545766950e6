import { contains, parseIp } from '../ip.ts';
import type { Segment } from '../segments.ts';

export interface Host {
  readonly address: string;
  readonly address6?: string | undefined;
}

/** The slots of a segment that hold an address of jumphost or servers, each with one of them. */
export function slotsOfHosts({ block, block6, slotSize }: Pick<Segment, 'block' | 'block6' | 'slotSize'>, hosts: readonly Host[]): Map<number, string> {
  const slots = new Map<number, string>();
  for (const address of hosts.flatMap((host) => [host.address, ...(host.address6 === undefined ? [] : [host.address6])])) {
    const ip = parseIp(address)!;
    const around = [block, block6].find((one) => one && contains(one, ip));
    if (around) slots.set(Number((ip.value - around.first) / BigInt(slotSize)), address);
  }
  return slots;
}

/** Is the slot's last address one that some systems refuse? */
export function endsAt255({ block, slotSize }: Pick<Segment, 'block' | 'slotSize'>, slot: number): boolean {
  return block.family === 4 && (Number(block.first & 255n) + (slot + 1) * slotSize) % 256 === 0;
}

/** Is the slot's first address such a one? */
export function beginsAt0({ block, slotSize }: Pick<Segment, 'block' | 'slotSize'>, slot: number): boolean {
  return block.family === 4 && (Number(block.first & 255n) + slot * slotSize) % 256 === 0;
}
