import { Address4, Address6 } from 'ip-address';

export type Family = 4 | 6;

export interface Ip {
  readonly family: Family;
  readonly value: bigint;
}

/** A network: its first address and how many it has. */
export interface Block {
  readonly family: Family;
  readonly first: bigint;
  readonly size: bigint;
  readonly prefix: number;
}

/** @returns undefined for anything but four plain decimal octets (a leading zero means octal to some readers) or an IPv6 address without zone and prefix. */
export function parseIp(text: string): Ip | undefined {
  if (/^\d+(\.\d+){3}$/.test(text)) {
    return looksOctal(text) || !Address4.isValid(text) ? undefined : { family: 4, value: new Address4(text).bigInt() };
  }
  return /^[\da-f:.]*:[\da-f:.]*$/i.test(text) && Address6.isValid(text) ? { family: 6, value: new Address6(text).bigInt() } : undefined;
}

/** The one spelling of an address: RFC 5952 for IPv6. */
export function formatIp({ family, value }: Ip): string {
  if (family === 6) return Address6.fromBigInt(value).correctForm();
  const number = Number(value);
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255].join('.');
}

export function looksOctal(text: string): boolean {
  return /^\d+(\.\d+){3}/.test(text) && /(^|\.)0\d/.test(text);
}

/** `192.168.21.0/24`, `fd00:21::/64`; undefined when it is neither. Bits behind the prefix stay in `first`: see `isAligned`. */
export function parseBlock(cidr: string): Block | undefined {
  const [address = '', prefixText = '', more] = cidr.split('/');
  const ip = parseIp(address);
  const bits = ip?.family === 6 ? 128 : 32;
  if (!ip || more !== undefined || !/^\d{1,3}$/.test(prefixText) || Number(prefixText) > bits) return undefined;
  const prefix = Number(prefixText);
  return { family: ip.family, first: ip.value, size: 1n << BigInt(bits - prefix), prefix };
}

/** Has the block no bits behind its prefix? `192.168.21.7/24` is an address in a network, not a network. */
export function isAligned({ first, size }: Block): boolean {
  return first % size === 0n;
}

export function formatBlock(block: Block): string {
  return `${formatIp({ family: block.family, value: block.first - (block.first % block.size) })}/${block.prefix}`;
}

export function contains(block: Block, ip: Ip): boolean {
  return ip.family === block.family && ip.value >= block.first && ip.value < block.first + block.size;
}

export function overlap(a: Block, b: Block): boolean {
  return a.family === b.family && a.first < b.first + b.size && b.first < a.first + a.size;
}

/** The address `offset` addresses after the first of the block. */
export function addressAt({ family, first }: Block, offset: number): string {
  return formatIp({ family, value: first + BigInt(offset) });
}
