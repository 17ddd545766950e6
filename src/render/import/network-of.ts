import { formatBlock, parseBlock, parseIp } from '../../lab/ip.ts';
import type { Found, FoundNetwork } from './found-cluster.ts';
import type { VarsReader } from './inventory-reader.ts';

interface Written {
  readonly cidr?: Found<string> | undefined;
  readonly cidr6?: Found<string> | undefined;
  readonly gateway?: Found<string> | undefined;
  /** `255.255.255.0`, or a prefix length. */
  readonly netmask?: Found<string> | undefined;
  readonly bridge?: Found<string> | undefined;
  readonly nat?: boolean;
}

/** A network from what an inventory says of it; without a mask libvirt takes /24 for private addresses of class C. */
export function networkOf({ cidr, cidr6, gateway, netmask, bridge, nat = false }: Written): FoundNetwork {
  const prefix = prefixOf(netmask?.value) ?? 24;
  const around = gateway && parseBlock(`${gateway.value}/${prefix}`);
  return { cidr: cidr ?? (gateway && around && { value: formatBlock(around), at: gateway.at }), cidr6, bridge, gateway, nat };
}

/** `extcidrnet`, and `extcidrnet6` beside it with dual stack or instead of it. */
export function externalNetworks(cluster: VarsReader): Pick<Written, 'cidr' | 'cidr6'> {
  const [cidr, cidr6] = [cluster.text('extcidrnet'), cluster.text('extcidrnet6')];
  return { cidr: cidr ?? cidr6, cidr6: cidr && cluster.flag('dualstack_baremetal') ? cidr6 : undefined };
}

function prefixOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ip = parseIp(text);
  return ip ? ip.value.toString(2).replaceAll('0', '').length : Number(text);
}
