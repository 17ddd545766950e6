import { stringify } from 'yaml';
import type { LabPlan } from '../lab/plan.ts';
import { placeOf, type BridgeOptions } from './bridge.ts';
import { gatewaysOf } from './gateways-of.ts';
import { addressing, bondInterface, defaultRoute, off } from './node-network.ts';
import { networksOn } from './networks-on.ts';
import { portOf } from './port-of.ts';

/**
 * All links of a server as one nmstate document, for `nmstatectl apply --no-commit` and then `commit`: its bonds, the bridge with its own address, and
 * a bridge for each further network of its machines, over a tagged link or a NIC of its own (reference/lab-and-libvirt.md §2.2, §2.10).
 */
export function renderServerNmstate(plan: LabPlan, options: BridgeOptions): string {
  const { server, network, addresses } = placeOf(plan, options.server);
  const more = networksOn(plan, server.name).filter(({ name, mode }) => name !== network.name && mode === 'bridge');
  const gateways = gatewaysOf(plan, network);
  const bonded = new Set(server.bonds.flatMap(({ nics }) => nics));
  const ports = [network, ...more].map((one) => ({ network: one, port: portOf(server, one, network) }));
  const plain = new Map<string, number>();
  for (const { network: one, port } of ports) plain.set(port.base, Math.max(one.mtu, plain.get(port.base) ?? 0));
  const nics = [...new Set([...bonded, ...plain.keys()])].filter((name) => !server.bonds.some((bond) => bond.name === name));
  const mtuOf = (link: string): number | undefined => plain.get(server.bonds.find((bond) => bond.nics.includes(link))?.name ?? link);
  return stringify({
    interfaces: [
      ...ports.map(({ network: one, port }) => ({
        name: one.bridge,
        type: 'linux-bridge',
        state: 'up',
        mtu: one.mtu,
        ...addressing(one === network ? addresses.map((address) => address.replace(/\/.*/, '')) : [], one),
        bridge: { options: { stp: { enabled: false } }, port: [{ name: port.name }] },
      })),
      ...ports.flatMap(({ network: one, port }) =>
        port.vlan === undefined
          ? []
          : [{ name: port.name, type: 'vlan', state: 'up', mtu: one.mtu, vlan: { 'base-iface': port.base, id: port.vlan }, ...off() }],
      ),
      ...server.bonds.map((bond) => ({ ...bondInterface(bond), mtu: mtuOf(bond.name), ...off() })),
      ...nics.map((name) => ({ name, type: 'ethernet', state: 'up', mtu: mtuOf(name), ...off() })),
    ],
    routes: { config: gateways.map((gateway) => defaultRoute(gateway, network.bridge)) },
    'dns-resolver': { config: { server: gateways, search: [plan.domain] } },
  });
}
