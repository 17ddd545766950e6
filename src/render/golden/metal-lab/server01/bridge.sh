#!/bin/sh
set -eu
bridge=br0
nic=eno2
addresses=192.168.31.2/24
mtu=1500
alias=labwright:metal

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

state=${2:?a state folder}
seconds=${3:-120}
case "${1:-}" in
  apply) apply ;;
  commit) rm -rf "$state" ;;
  rollback) rollback ;;
  remove) remove ;;
  guard) sleep "$seconds"; rollback ;;
  *) echo "usage: $0 apply|commit|rollback|remove STATE [SECONDS]" >&2; exit 2 ;;
esac
