import { Address4 } from 'ip-address';

/** A network as two numbers: its first address and how many it has. */
export interface Block {
  readonly first: number;
  readonly size: number;
}

/** @returns the address as a number; undefined for anything but four plain decimal octets (a leading zero means octal to some readers). */
export function parseIp(text: string): number | undefined {
  if (!/^\d+(\.\d+){3}$/.test(text) || looksOctal(text) || !Address4.isValid(text)) return undefined;
  return Number(new Address4(text).bigInt());
}

export function formatIp(ip: number): string {
  return [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255, ip & 255].join('.');
}

export function looksOctal(text: string): boolean {
  return /(^|\.)0\d/.test(text);
}

/** `192.168.21.0/24`; undefined when it is not one, or has bits set behind its prefix. */
export function parseBlock(cidr: string): Block | undefined {
  const [address = '', prefix = ''] = cidr.split('/');
  const first = parseIp(address);
  if (first === undefined || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) return undefined;
  const size = 2 ** (32 - Number(prefix));
  return first % size === 0 ? { first, size } : undefined;
}

export function contains(block: Block, ip: number): boolean {
  return ip >= block.first && ip < block.first + block.size;
}
