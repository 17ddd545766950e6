import { Address4 } from 'ip-address';
import { stringify } from 'yaml';
import type { LabPlan, PlannedNetwork, PlannedServer } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { shellWord } from '../util/shell-word.ts';

export interface BridgeOptions {
  readonly server: string;
}

/** The alias of a bridge that labwright made: its mark of ownership. */
export function bridgeAlias(plan: Pick<LabPlan, 'lab'>): string {
  return `labwright:${plan.lab}`;
}

/**
 * A root shell script that moves a server's NIC and its address into the lab's bridge with plain `ip`
 * (reference/lab-and-libvirt.md §2.2).
 *
 * `apply STATE SECONDS` saves the way back in folder STATE, changes the network, and goes back by itself after SECONDS;
 * `commit STATE` keeps the change; `rollback STATE` goes back now. Run commit over a new connection: that it opens is the
 * proof that the change works. Commit and rollback are safe to repeat; give each apply a STATE of its own. `remove STATE`
 * gives the NIC back what the bridge has now. The script does not survive a reboot: the nmstate document does.
 */
export function renderBridgeScript(plan: LabPlan, options: BridgeOptions): string {
  const { server, network, prefix } = placeOf(plan, options.server);
  return `#!/bin/sh
set -eu
bridge=${shellWord(network.bridge)}
nic=${shellWord(server.nic)}
address=${shellWord(`${server.address}/${prefix}`)}
gateway=${shellWord(plan.jumphost.address)}
mtu=${shellWord(String(network.mtu))}
alias=${shellWord(bridgeAlias(plan))}

save() {
  mkdir "$state"
  ip -o -4 address show dev "$1" scope global | awk '{print $4}' >"$state/addresses"
  ip -4 route show dev "$1" | grep -v 'proto kernel' >"$state/routes" || true
}

rollback() {
  [ -d "$state" ] || return 0
  ip link set dev "$nic" nomaster || true
  ip link del dev "$bridge" || true
  while read -r old; do
    ip address replace "$old" dev "$nic" || true
  done <"$state/addresses"
  ip link set dev "$nic" up || true
  while read -r route; do
    # Word splitting is wanted: a saved route is several arguments.
    ip route replace $route dev "$nic" || true
  done <"$state/routes"
  rm -rf "$state"
}

apply() {
  if ip link show dev "$nic" | grep -qF "master $bridge "; then
    return 0
  fi
  save "$nic"
  trap 'rollback' EXIT
  trap 'exit 1' HUP INT TERM
  # The NIC's own MAC, or the bridge would take that of whichever VM has the lowest one.
  mac=$(cat "/sys/class/net/$nic/address")
  ip link add name "$bridge" address "$mac" type bridge forward_delay 0 stp_state 0
  ip link set dev "$bridge" alias "$alias"
  ip link set dev "$bridge" mtu "$mtu"
  ip address flush dev "$nic" scope global
  ip link set dev "$nic" master "$bridge"
  ip link set dev "$nic" up
  ip link set dev "$bridge" up
  ip address add "$address" dev "$bridge"
  if grep -q '^default' "$state/routes"; then
    ip route replace default via "$gateway" dev "$bridge"
  fi
  # The guard outlives this shell and its connection; commit takes the folder away from it.
  setsid sh "$0" guard "$state" "$seconds" </dev/null >/dev/null 2>&1 &
  trap - EXIT HUP INT TERM
}

remove() {
  [ "$(cat "/sys/class/net/$bridge/ifalias" 2>/dev/null)" = "$alias" ] || return 0
  save "$bridge"
  # The connection that asked may stall meanwhile; it must not stop this half-way.
  trap '' HUP INT TERM PIPE
  rollback
}

state=\${2:?a state folder}
seconds=\${3:-120}
case "\${1:-}" in
  apply) apply ;;
  commit) rm -rf "$state" ;;
  rollback) rollback ;;
  remove) remove ;;
  guard) sleep "$seconds"; rollback ;;
  *) echo "usage: $0 apply|commit|rollback|remove STATE [SECONDS]" >&2; exit 2 ;;
esac
`;
}

/** The same bridge as an nmstate document, for `nmstatectl apply --no-commit` and then `commit`. */
export function renderBridgeNmstate(plan: LabPlan, options: BridgeOptions): string {
  const { server, network, prefix } = placeOf(plan, options.server);
  const off = { enabled: false };
  return stringify({
    interfaces: [
      {
        name: network.bridge,
        type: 'linux-bridge',
        state: 'up',
        mtu: network.mtu,
        ipv4: { enabled: true, dhcp: false, address: [{ ip: server.address, 'prefix-length': prefix }] },
        ipv6: off,
        bridge: { options: { stp: off }, port: [{ name: server.nic }] },
      },
      { name: server.nic, type: 'ethernet', state: 'up', mtu: network.mtu, ipv4: off, ipv6: off },
    ],
    routes: {
      config: [
        {
          destination: '0.0.0.0/0',
          'next-hop-address': plan.jumphost.address,
          'next-hop-interface': network.bridge,
        },
      ],
    },
    'dns-resolver': { config: { server: [plan.jumphost.address], search: [plan.domain] } },
  });
}

export interface Place {
  readonly server: PlannedServer;
  readonly network: PlannedNetwork;
  readonly prefix: number;
}

/** The server, and the network of the lab that its address is in. */
export function placeOf(plan: LabPlan, name: string): Place {
  const server = plan.servers.find((candidate) => candidate.name === name);
  if (!server) throw new LabwrightError('not_found', `the plan has no server ${name}`);
  const address = new Address4(server.address);
  const network = plan.networks.find((candidate) => address.isInSubnet(new Address4(candidate.cidr)));
  if (!network) throw new LabwrightError('bad_input', `no network of the lab holds ${server.address} of ${name}`);
  return { server, network, prefix: new Address4(network.cidr).subnetMask };
}
