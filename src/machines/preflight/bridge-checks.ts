import { placeOf } from '../../render/bridge.ts';
import type { BridgeAnswer } from './bridge-probe.ts';
import type { Found, LabFacts } from './check.ts';

type Local = Omit<Found, 'on'>;

/** BR-FILTER: what a VM's port of a server's bridge cannot reach. */
export function lostFrames(facts: LabFacts): Found[] {
  return eachBridge(facts, (answer, bridge) => {
    const { address: jumphost } = facts.plan.jumphost;
    if (answer.gateway === null) {
      return [{ message: `nothing comes back to a port of ${bridge}`, evidence: `in a namespace on ${bridge}: no ARP reply for ${jumphost}` }];
    }
    if (answer.address === null || answer.ping) return [];
    return [{ message: `packets are lost between ${bridge} and the jumphost`, evidence: `in a namespace on ${bridge}: ARP yes, ping ${jumphost} no` }];
  });
}

/** NET-MTU: long packets that do not pass. */
export function lostLongPackets(facts: LabFacts): Found[] {
  return eachBridge(facts, (answer, bridge) => {
    const { mtu } = facts.plan.networks.find((network) => network.bridge === bridge)!;
    if (!answer.ping || answer.longPing) return [];
    const evidence = `in a namespace on ${bridge}: ping -M do -s ${mtu - 28} ${facts.plan.jumphost.address}: no answer`;
    return [{ message: `packets of ${mtu} bytes do not pass between ${bridge} and the jumphost`, evidence }];
  });
}

/** NET-PORTS: a jumphost that answers a ping and no DNS. A dnsmasq that does not run is told by its own check. */
export function closedDns(facts: LabFacts): Found[] {
  if (facts.state.jumphost?.dnsmasq.running !== true) return [];
  return eachBridge(facts, ({ dns }, bridge) =>
    dns?.startsWith('no answer') === true
      ? [{ message: 'a VM gets no answer from the lab’s DNS', evidence: `in a namespace on ${bridge}: @${facts.plan.jumphost.address}: ${dns}` }]
      : [],
  );
}

/** HTTP-STORE, REG-ACCESS: a service of the jumphost that VMs are told to use and cannot. */
export function closedService(facts: LabFacts, name: 'httpStore' | 'registry', what: string): Found[] {
  const port = facts.plan.jumphost.services[name]?.port;
  return eachBridge(facts, ({ closed }, bridge) =>
    port !== undefined && closed.includes(port)
      ? [
          {
            message: `a VM cannot connect to the ${what} of the jumphost`,
            evidence: `in a namespace on ${bridge}: TCP ${facts.plan.jumphost.address}:${port}: no connection`,
          },
        ]
      : [],
  );
}

/** NET-DHCP-DEAD: a machine that is off and would not get its address when it starts. */
export function missingOffers(facts: LabFacts): Found[] {
  if (facts.state.jumphost?.dnsmasq.running !== true) return [];
  return eachBridge(facts, ({ gateway, offerTo, offered }, bridge) =>
    gateway !== null && offerTo !== null && offered === null
      ? [{ message: `DHCP offers nothing to ${offerTo}`, evidence: `in a namespace on ${bridge}: DHCPDISCOVER in its name, no DHCPOFFER` }]
      : [],
  );
}

function eachBridge({ plan, bridges }: LabFacts, look: (answer: BridgeAnswer, bridge: string) => readonly Local[]): Found[] {
  return [...bridges].flatMap(([on, answer]) => look(answer, placeOf(plan, on).network.bridge).map((found) => ({ on, ...found })));
}
