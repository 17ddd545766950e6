import { contains, parseBlock, parseIp } from '../lab/ip.ts';
import type { LabPlan, PlannedNetwork } from '../lab/plan.ts';
import { holderOf } from './holder-of.ts';

/** What a drawing of a lab shows, whatever it is drawn with. */
export interface LabPicture {
  readonly title: string;
  readonly lanes: readonly Lane[];
}

/** A network, with the hosts that have an address in it. */
export interface Lane {
  readonly name: string;
  readonly label: string;
  readonly hosts: readonly PictureHost[];
}

/** The jumphost, a server with its machines inside, or a bare-metal host, which is its own machine. */
export interface PictureHost {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly machines: readonly PictureMachine[];
}

export interface PictureMachine {
  readonly name: string;
  readonly addresses: readonly string[];
  /** `sno-cluster1/master-0`: what it is now; undefined when no cluster holds it. */
  readonly node: string | undefined;
}

/** Every server once, in the first network that holds its address; the jumphost in each it serves. */
export function labPicture(plan: LabPlan): LabPicture {
  const networkOf = (address: string): PlannedNetwork | undefined => plan.networks.find((network) => isIn(network, address));
  const byServer = Map.groupBy(plan.machines, ({ server }) => server);
  const lanes = plan.networks.map((network): Lane => {
    const jumphost = addressesOf(plan.jumphost).filter((address) => isIn(network, address));
    const servers = plan.servers.filter(({ address }) => networkOf(address) === network);
    const hosts = servers.map((server) => ({
      name: server.name,
      addresses: addressesOf(server),
      machines: (byServer.get(server.name) ?? []).map(({ name }) => machineOf(plan, name)),
    }));
    // Bare metal stands in the network of whoever has it.
    const metal = plan.machines
      .filter(({ name, kind }) => kind === 'metal' && (holderOf(plan, name)?.cluster.network ?? plan.networks[0]?.name) === network.name)
      .map(({ name }) => ({ name, addresses: [], machines: [machineOf(plan, name)] }));
    return {
      name: network.name,
      label: `${network.name}  ${[network.cidr, ...(network.cidr6 === undefined ? [] : [network.cidr6])].join('  ')}  ${network.bridge}`,
      hosts: [...(jumphost.length > 0 ? [{ name: plan.jumphost.name, addresses: jumphost, machines: [] }] : []), ...hosts, ...metal],
    };
  });
  return { title: `${plan.lab} (${plan.domain})`, lanes };
}

function machineOf(plan: LabPlan, name: string): PictureMachine {
  const holder = holderOf(plan, name);
  return { name, addresses: holder?.node.addresses ?? [], node: holder?.cluster.active ? `${holder.cluster.name}/${holder.node.name}` : undefined };
}

function addressesOf({ address, address6 }: { readonly address: string; readonly address6?: string }): string[] {
  return [address, ...(address6 === undefined ? [] : [address6])];
}

function isIn({ cidr, cidr6 }: PlannedNetwork, address: string): boolean {
  return [cidr, cidr6].some((one) => one !== undefined && contains(parseBlock(one)!, parseIp(address)!));
}
