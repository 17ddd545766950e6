import type { Endpoint } from '../util/dial.ts';
import { contains, parseBlock, parseIp } from './ip.ts';
import type { LabPlan } from './plan.ts';

/** Whether a host belongs to a lab: a name of its domain, an address of its networks, its jumphost, servers or BMCs. */
export function isInsideLab({ domain, jumphost, networks, servers, machines }: LabPlan, { host }: Pick<Endpoint, 'host'>): boolean {
  const name = host.toLowerCase();
  if (name === domain || name.endsWith(`.${domain}`)) return true;
  const known = [jumphost.address, jumphost.address6, ...servers.flatMap(({ address, address6 }) => [address, address6])];
  if (known.includes(name) || machines.some(({ bmc }) => new URL(bmc.url).hostname.replace(/^\[|\]$/g, '') === name)) return true;
  const ip = parseIp(name);
  const blocks = networks.flatMap(({ cidr, cidr6 }) => [cidr, cidr6]).map((cidr) => (cidr === undefined ? undefined : parseBlock(cidr)));
  return ip !== undefined && blocks.some((block) => block !== undefined && contains(block, ip));
}
