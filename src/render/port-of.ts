import type { PlannedNetwork, PlannedServer } from '../lab/plan.ts';

/** The link that is a port of a network's bridge on a server, and what it is on. */
export interface Port {
  /** A NIC or bond, or a tagged link on one: `eno2.40`. */
  readonly name: string;
  readonly base: string;
  /** undefined where it is the NIC itself. */
  readonly vlan: number | undefined;
}

/** `own`: the network of the server's own address. A NIC that a further network has to itself has no tag. */
export function portOf(server: PlannedServer, network: PlannedNetwork, own: PlannedNetwork): Port {
  const base = server.nics[network.name] ?? server.nic;
  const tagged = network.vlan !== undefined && (network === own || base === server.nic);
  return tagged ? { name: `${base}.${network.vlan}`, base, vlan: network.vlan } : { name: base, base, vlan: undefined };
}
