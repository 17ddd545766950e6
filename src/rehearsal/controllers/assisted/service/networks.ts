import { Address4, Address6 } from 'ip-address';

type Address = Address4 | Address6;

/** @param text an address, with or without prefix length. @returns undefined when it is neither IPv4 nor IPv6. */
export function parseAddress(text: string): Address | undefined {
  if (Address4.isValid(text)) return new Address4(text);
  return Address6.isValid(text) ? new Address6(text) : undefined;
}

export function familyOf(text: string): 'IPv4' | 'IPv6' {
  return text.includes(':') ? 'IPv6' : 'IPv4';
}

/** The network of an address with prefix length: `192.168.111.10/24` is in `192.168.111.0/24`. */
export function networkOf(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : `${parsed.startAddress().correctForm()}/${parsed.subnetMask}`;
}

/** Whether the network holds the address (or, of two networks, all of the second). */
export function holds(cidr: string, address: string): boolean {
  const network = parseAddress(cidr);
  const inner = parseAddress(address);
  if (network === undefined || inner === undefined || familyOf(cidr) !== familyOf(address)) return false;
  return network instanceof Address4 ? (inner as Address4).isInSubnet(network) : (inner as Address6).isInSubnet(network);
}

export function overlap(a: string, b: string): boolean {
  return holds(a, b) || holds(b, a);
}

/** Without prefix length. */
export function plainAddress(address: string): string {
  return address.split('/')[0] ?? address;
}
