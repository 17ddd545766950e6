import { formatBlock, parseBlock, parseIp } from '../../lab/ip.ts';
import type { Found, FoundNetwork } from './found-cluster.ts';

interface Written {
  readonly cidr?: Found<string> | undefined;
  readonly gateway?: Found<string> | undefined;
  /** `255.255.255.0`, or a prefix length. */
  readonly netmask?: Found<string> | undefined;
  readonly bridge?: Found<string> | undefined;
  readonly nat?: boolean;
}

/** A network from what an inventory says of it; without a mask libvirt takes /24 for private addresses of class C. */
export function networkOf({ cidr, gateway, netmask, bridge, nat = false }: Written): FoundNetwork {
  const prefix = prefixOf(netmask?.value) ?? 24;
  const around = gateway && parseBlock(`${gateway.value}/${prefix}`);
  return { cidr: cidr ?? (gateway && around && { value: formatBlock(around), at: gateway.at }), bridge, gateway, nat };
}

function prefixOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ip = parseIp(text);
  return ip ? ip.value.toString(2).replaceAll('0', '').length : Number(text);
}
