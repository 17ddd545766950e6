/** Where the addresses of a cluster stand in its slot (reference/lab-and-libvirt.md §5.3); slot 1 of a /24 is the first seed's example. */
export const API_OFFSET = 2;
export const INGRESS_OFFSET = 3;
export const MASTER_OFFSET = 4;
export const WORKER_OFFSET = 7;
export const MAX_MASTERS = WORKER_OFFSET - MASTER_OFFSET;
