/** Where the addresses of a cluster stand in its slot (reference/lab-and-libvirt.md §5.3); slot 1 of a /24 is the first seed's example. */
const PROVISIONHOST_OFFSET = 0;
export const BOOTSTRAP_OFFSET = 1;
export const API_OFFSET = 2;
export const INGRESS_OFFSET = 3;
const MASTER_OFFSET = 4;
export const WORKER_OFFSET = 7;
export const MAX_MASTERS = WORKER_OFFSET - MASTER_OFFSET;

/** Where a node of that name stands: `master-1`, `worker-3`, `provisionhost`, `bootstrap`. */
export function offsetOf(node: string): number {
  if (node === 'provisionhost') return PROVISIONHOST_OFFSET;
  if (node === 'bootstrap') return BOOTSTRAP_OFFSET;
  const [role, number] = node.split('-');
  return (role === 'master' ? MASTER_OFFSET : WORKER_OFFSET) + Number(number);
}
