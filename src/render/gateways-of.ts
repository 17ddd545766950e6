import { addressAt, contains, parseBlock, parseIp } from '../lab/ip.ts';
import type { LabPlan, PlannedNetwork } from '../lab/plan.ts';

/** The way out of a network, and its DNS and NTP, one address per family: the jumphost; in a NAT network libvirt's own address, its first. Empty where there is none. */
export function gatewaysOf({ jumphost }: Pick<LabPlan, 'jumphost'>, { cidr, cidr6, mode }: Pick<PlannedNetwork, 'cidr' | 'cidr6' | 'mode'>): string[] {
  const own = [jumphost.address, ...(jumphost.address6 === undefined ? [] : [jumphost.address6])];
  return [cidr, ...(cidr6 === undefined ? [] : [cidr6])].flatMap((one) => {
    const block = parseBlock(one)!;
    return mode === 'nat' ? [addressAt(block, 1)] : own.filter((address) => contains(block, parseIp(address)!));
  });
}
