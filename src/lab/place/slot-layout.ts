/** Where the addresses of a cluster stand in its slot (reference/lab-and-libvirt.md §5.3); slot 1 of a /24 is the first seed's example. */
const PROVISIONHOST_OFFSET = 0;
export const BOOTSTRAP_OFFSET = 1;
export const API_OFFSET = 2;
export const INGRESS_OFFSET = 3;
const MASTER_OFFSET = 4;
export const WORKER_OFFSET = 7;
export const MAX_MASTERS = WORKER_OFFSET - MASTER_OFFSET;

/** OpenShift knows control planes of 1, 3, 4 and 5 nodes. */
export const MOST_MASTERS = 5;

/**
 * Where a node of that name stands: `master-1`, `worker-3`, `provisionhost`, `bootstrap`. Masters beyond the third stand at the slot's end, before its
 * last address, so that no worker moves when they are added.
 */
export function offsetOf(node: string, slotSize: number): number {
  if (node === 'provisionhost') return PROVISIONHOST_OFFSET;
  if (node === 'bootstrap') return BOOTSTRAP_OFFSET;
  const [role, text] = node.split('-');
  const number = Number(text);
  if (role === 'worker') return WORKER_OFFSET + number;
  return number < MAX_MASTERS ? MASTER_OFFSET + number : slotSize - 2 - (number - MAX_MASTERS);
}

/** How the last byte of MACs is counted: as addresses, or as in the second seed, without places for what has no VM. */
export type MacLayout = 'slot' | 'seed2';

/**
 * The last byte of a node's MAC, below 240 (reference/lab-and-libvirt.md §5.4). The second seed counts provisionhost, masters 1 to 3, workers from 4 on;
 * the bootstrap, which it leaves to chance, has the slot's last number.
 */
export function macOffsetOf(node: string, slotSize: number, layout: MacLayout): number {
  const offset = offsetOf(node, slotSize);
  if (layout === 'slot') return offset;
  if (node === 'bootstrap') return slotSize - 1;
  const isBehind = offset >= MASTER_OFFSET && (node.startsWith('worker-') || offset < WORKER_OFFSET);
  return isBehind ? offset - (MASTER_OFFSET - 1) : offset;
}

/** Addresses at the end of a slot that no worker has: of masters beyond the third or of hosted control planes, and the last one, which stays free then. */
export function keptAtEnd(masters: number, hosted: number): number {
  const kept = Math.max(0, masters - MAX_MASTERS) + 2 * hosted;
  return kept === 0 ? 0 : kept + 1;
}
