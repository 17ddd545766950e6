import { createHash, randomUUID } from 'node:crypto';

/** A random (version 4) UUID. */
export function newUuid(): string {
  return randomUUID();
}

/**
 * A name-based (version 5) UUID, RFC 9562 §5.5: the same namespace and name always give the same one, which is how a
 * machine keeps its Redfish path through every redeploy (reference/lab-and-libvirt.md §5.4).
 */
export function uuidV5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Root of every UUID that labwright derives from names. */
export const LABWRIGHT_NAMESPACE = '7d9aa5a4-6d0a-5c3b-9a54-1f2f6f3c0b1e';
