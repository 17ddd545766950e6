import type { Exec } from '../../util/exec.ts';
import { runScript } from './run-script.ts';

/** The bridge of a further network of a server, which has no address of the server's. */
export interface FurtherBridge {
  readonly bridge: string;
  /** Its port: a NIC or bond, or a tagged link that is made on `base`. */
  readonly port: string;
  readonly base: string;
  readonly vlan: number | undefined;
  readonly mtu: number;
  /** Mark of ownership. */
  readonly alias: string;
}

/** Made whole or not at all. No address moves, so nobody's connection is at risk. It is gone after a reboot, as the server's own bridge is. */
const MAKE = `set -eu
bridge=$1 port=$2 base=$3 vlan=$4 mtu=$5 alias=$6
undo() { ip link del dev "$bridge" 2>/dev/null || true; [ -z "$made" ] || ip link del dev "$made" 2>/dev/null || true; }
made=
trap undo EXIT
# Its port would lose what it is reached by.
if ip -o address show dev "$port" scope global 2>/dev/null | grep -q .; then
  echo "$port has an address" >&2
  exit 1
fi
[ "$(cat "/sys/class/net/$base/mtu")" -ge "$mtu" ] || ip link set dev "$base" mtu "$mtu"
ip link set dev "$base" up
if [ -n "$vlan" ] && [ ! -e "/sys/class/net/$port" ]; then
  ip link add link "$base" name "$port" type vlan id "$vlan"
  made=$port
  ip link set dev "$port" alias "$alias"
fi
ip link add name "$bridge" type bridge forward_delay 0 stp_state 0
ip link set dev "$bridge" alias "$alias"
ip link set dev "$port" mtu "$mtu" master "$bridge"
ip link set dev "$port" up
ip link set dev "$bridge" mtu "$mtu"
ip link set dev "$bridge" up
trap - EXIT`;

/** @throws LabwrightError `exec_failed` in the kernel's words, for example where it knows no tagged links. */
export async function makeFurtherBridge(exec: Exec, { bridge, port, base, vlan, mtu, alias }: FurtherBridge, signal: AbortSignal): Promise<void> {
  const args = [bridge, port, base, vlan === undefined ? '' : String(vlan), String(mtu), alias];
  await runScript(exec, { purpose: `make bridge ${bridge} over ${port}`, text: MAKE, args }, { signal });
}

/** Takes links of ours away: bridges, which let their ports go, and tagged links. */
export async function removeLinks(exec: Exec, names: readonly string[], signal: AbortSignal): Promise<void> {
  const text = 'for link; do [ ! -e "/sys/class/net/$link" ] || ip link del dev "$link"; done';
  await runScript(exec, { purpose: `remove ${names.join(', ')}`, text, args: names }, { signal });
}
