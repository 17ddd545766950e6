import { contains, parseBlock, parseIp } from '../lab/ip.ts';
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
 * gives the NIC back what the bridge has now. The script does not survive a reboot: the next `lab apply` makes the bridge again. On hosts with
 * nmstate its document would keep it; nothing applies that yet.
 */
export function renderBridgeScript(plan: LabPlan, options: BridgeOptions): string {
  const { server, network, addresses } = placeOf(plan, options.server);
  if (network.vlan !== undefined)
    throw new LabwrightError('bad_input', `the bridge of ${server.name} is over a tagged link, which this script does not make`, {
      hint: 'apply the nmstate document on the server: labwright lab render',
    });
  return `#!/bin/sh
set -eu
bridge=${shellWord(network.bridge)}
nic=${shellWord(server.nic)}
addresses=${shellWord(addresses.join(' '))}
mtu=${shellWord(String(network.mtu))}
alias=${shellWord(bridgeAlias(plan))}

# What a router or DHCPv6 gave comes again by itself.
save() {
  mkdir "$state"
  cat "/sys/class/net/$1/mtu" >"$state/mtu"
  { ip -o -4 address show dev "$1" scope global; ip -o -6 address show dev "$1" scope global permanent; } | awk '{print $4}' >"$state/addresses"
  ip -4 route show dev "$1" | grep -v 'proto kernel' >"$state/routes4" || true
  ip -6 route show dev "$1" | grep -vE 'proto (kernel|ra)|^fe80' >"$state/routes6" || true
}

# Gives a link what was saved.
give() {
  while read -r saved; do
    ip address replace "$saved" dev "$1"
  done <"$state/addresses"
  for family in 4 6; do
    while read -r route; do
      # Word splitting is wanted: a saved route is several arguments.
      ip -"$family" route replace $route dev "$1"
    done <"$state/routes$family"
  done
}

rollback() {
  [ -d "$state" ] || return 0
  ip link set dev "$nic" nomaster || true
  ip link del dev "$bridge" || true
  ip link set dev "$nic" mtu "$(cat "$state/mtu")" || true
  ip link set dev "$nic" up || true
  give "$nic" || true
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
  ip link set dev "$nic" mtu "$mtu"
  ip link set dev "$bridge" mtu "$mtu"
  ip address flush dev "$nic" scope global
  ip link set dev "$nic" master "$bridge"
  ip link set dev "$nic" up
  ip link set dev "$bridge" up
  for address in $addresses; do
    ip address replace "$address" dev "$bridge"
  done
  give "$bridge"
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

export interface Place {
  readonly server: PlannedServer;
  readonly network: PlannedNetwork;
  /** Of the server in the network, with prefix: the first family's, then IPv6 beside it. */
  readonly addresses: readonly string[];
}

/** The server, and the network of the lab that its address is in. */
export function placeOf(plan: LabPlan, name: string): Place {
  const server = plan.servers.find((candidate) => candidate.name === name);
  if (!server) throw new LabwrightError('not_found', `the plan has no server ${name}`);
  const ip = parseIp(server.address);
  const around = plan.networks.find(({ cidr }) => ip && contains(parseBlock(cidr)!, ip));
  // Such a network is inside the server, whose address is anywhere.
  const network = around ?? plan.networks.find(({ mode }) => mode === 'nat');
  if (!network) throw new LabwrightError('bad_input', `no network of the lab holds ${server.address} of ${name}`);
  const prefixOf = (cidr: string): string => cidr.slice(cidr.indexOf('/'));
  const second = server.address6 !== undefined && network.cidr6 !== undefined ? [`${server.address6}${prefixOf(network.cidr6)}`] : [];
  return { server, network, addresses: [`${server.address}${prefixOf(network.cidr)}`, ...second] };
}
