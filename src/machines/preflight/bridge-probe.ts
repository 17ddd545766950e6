import * as z from 'zod';
import { contains, formatIp, parseBlock, parseIp } from '../../lab/ip.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { placeOf } from '../../render/bridge.ts';
import type { Exec } from '../../util/exec.ts';
import { CHECKSUM } from './checksum.ts';
import { ASK_DNS } from '../doors/ask-dns.ts';
import { runScript } from '../doors/run-script.ts';
import { expectedRecords } from './expected-records.ts';

/** What a VM on a server's bridge would see of the jumphost. */
export interface BridgeAnswer {
  /** The jumphost's MAC, as ARP told it; null when nobody answered. */
  readonly gateway: string | null;
  /** Address that was used for the probe; null when every candidate is somebody's. */
  readonly address: string | null;
  /** Did a ping pass, and one as long as the network's MTU? */
  readonly ping: boolean;
  readonly longPing: boolean;
  /** Status of the answer to a name of the lab; null when nothing was asked. */
  readonly dns: string | null;
  /** TCP ports of the jumphost's services that took no connection. */
  readonly closed: readonly number[];
  /** The address that DHCP offered to `offerTo`; null for none. */
  readonly offered: string | null;
  /** A machine that is off, in whose name DHCP was asked; null when all are on. */
  readonly offerTo: string | null;
}

const Answer = z.object({
  gateway: z.string().nullable(),
  address: z.string().nullable(),
  ping: z.boolean(),
  longPing: z.boolean(),
  dns: z.string().nullable(),
  closed: z.array(z.int()),
  offered: z.string().nullable(),
});

/** Free addresses that are tried for a server's probe. */
const CANDIDATES = 3;

/**
 * Looks at the lab from a port of a server's bridge, as a VM does: a network namespace there asks the jumphost for its MAC,
 * pings it with short and long packets, asks its DNS, connects to its services, and has DHCP make an offer to `offerTo` (which it does not take up).
 *
 * @returns undefined without a bridge, or in a network that the jumphost has no address in. Needs root, iproute2 and python3
 * on the server; nothing is left there.
 */
export async function probeBridge(
  exec: Exec,
  plan: LabPlan,
  server: string,
  offerTo: { readonly name: string; readonly mac: string } | undefined,
  signal: AbortSignal,
): Promise<BridgeAnswer | undefined> {
  const { network } = placeOf(plan, server);
  const block = parseBlock(network.cidr)!;
  if (block.family === 6 || !contains(block, parseIp(plan.jumphost.address)!)) return undefined;
  const index = plan.servers.findIndex(({ name }) => name === server);
  const input = {
    gateway: plan.jumphost.address,
    candidates: freeAddresses(plan, network.cidr, (index + 1) * CANDIDATES).slice(-CANDIDATES),
    prefix: block.prefix,
    mtu: network.mtu,
    name: expectedRecords(plan).find(({ type }) => type === 'A')?.name ?? null,
    ports: [plan.jumphost.services.httpStore, plan.jumphost.services.registry].flatMap((service) => (service ? [service.port] : [])),
    offerTo: offerTo?.mac ?? null,
  };
  // Locally administered, in no lab, and another on each server.
  const mac = `02:6c:77:01:${hex(index >> 8)}:${hex(index & 255)}`;
  const script = { purpose: 'look at the lab from its bridge', text: SCRIPT, args: [network.bridge, String(network.mtu), mac, PROBE] };
  const { exitCode, stdout } = await runScript(exec, script, { signal, stdin: JSON.stringify(input), okExitCodes: [0, 3], timeoutMs: 60_000 });
  if (exitCode === 3) return undefined;
  return { ...Answer.parse(JSON.parse(stdout)), offerTo: offerTo?.name ?? null };
}

/** The last addresses of a network that no host and no cluster has. */
function freeAddresses(plan: LabPlan, cidr: string, count: number): string[] {
  const { first, size } = parseBlock(cidr)!;
  const taken = new Set([
    plan.jumphost.address,
    ...plan.servers.map(({ address }) => address),
    ...plan.clusters.flatMap(({ vips, nodes }) => [vips.api, vips.ingress, ...nodes.flatMap(({ addresses }) => addresses)]),
  ]);
  const free: string[] = [];
  // Neither the network's own address nor the broadcast address.
  for (let value = first + size - 2n; value > first && free.length < count; value--) {
    const address = formatIp({ family: 4, value });
    if (!taken.has(address)) free.push(address);
  }
  return free;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

const SCRIPT = String.raw`set -eu
bridge=$1 mtu=$2 mac=$3 program=$4
[ -d "/sys/class/net/$bridge/bridge" ] || exit 3
space=lwprobe$$ port=lwp$$
clean() { ip netns delete "$space" 2>/dev/null || true; ip link delete "$port" 2>/dev/null || true; }
trap clean EXIT
trap 'exit 1' HUP INT TERM
ip netns add "$space"
ip link add name "$port" mtu "$mtu" type veth peer name eth0 address "$mac" mtu "$mtu" netns "$space"
ip link set "$port" master "$bridge" up
ip -n "$space" link set lo up
ip -n "$space" link set eth0 up
ip netns exec "$space" python3 -c "$program"`;

const PROBE = String.raw`${ASK_DNS}
${CHECKSUM}
import select, subprocess, time
ask = json.load(sys.stdin)
mac = lambda raw: ":".join("%02x" % one for one in raw)
raw = lambda text: bytes.fromhex(text.replace(":", ""))
own = raw(open("/sys/class/net/eth0/address").read().strip())
everybody = b"\xff" * 6

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind(("eth0", 0))

def frames(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([wire], [], [], max(0, end - time.monotonic()))[0]:
            frame, origin = wire.recvfrom(4096)
            if origin[2] != 4:
                yield frame

def holder_of(address, turns, seconds):
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + own + b"\0" * 4 + b"\0" * 6 + socket.inet_aton(address)
    for _ in range(turns):
        wire.send(everybody + own + b"\x08\x06" + body)
        for frame in frames(seconds):
            if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\x02" and frame[28:32] == socket.inet_aton(address):
                return mac(frame[22:28])
    return None

def pinged(size):
    echo = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    echo.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER, IP_PMTUDISC_DO: never in fragments
    echo.settimeout(1)
    for number in range(3):
        packet = struct.pack("!BBHHH", 8, 0, 0, os.getpid() & 0xffff, number) + b"\0" * (size - 28)
        packet = packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]
        try:
            echo.sendto(packet, (ask["gateway"], 0))
            while True:
                reply = echo.recv(65535)
                if reply[20] == 0 and reply[24:28] == packet[4:8]:
                    return True
        except OSError:
            pass
    return False

def connects(port):
    try:
        socket.create_connection((ask["gateway"], port), 3).close()
        return True
    except OSError:
        return False

def offer_to(client):
    transaction = os.urandom(4)
    bootp = struct.pack("!BBBB4sHH", 1, 1, 6, 0, transaction, 0, 0x8000) + b"\0" * 16 + client + b"\0" * 202
    bootp += b"\x63\x82\x53\x63" + b"\x35\x01\x01" + b"\x37\x03\x01\x03\x06" + b"\xff"
    udp = struct.pack("!HHHH", 68, 67, 8 + len(bootp), 0) + bootp
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + b"\0" * 4 + b"\xff" * 4
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    for _ in range(2):
        # From the probe's own MAC: the bridge must not learn that the machine is here.
        wire.send(everybody + own + b"\x08\x00" + head + udp)
        for frame in frames(4):
            start = 14 + (frame[14] & 15) * 4
            if frame[12:14] == b"\x08\x00" and frame[23] == 17 and frame[start:start + 4] == b"\0\x43\0\x44" and frame[start + 12:start + 16] == transaction:
                return socket.inet_ntoa(frame[start + 24:start + 28])
    return None

said = {"gateway": holder_of(ask["gateway"], 6, 0.5), "address": None, "ping": False, "longPing": False, "dns": None, "closed": [], "offered": None}
if said["gateway"]:
    said["address"] = next((one for one in ask["candidates"] if holder_of(one, 2, 0.25) is None), None)
    if ask["offerTo"]:
        said["offered"] = offer_to(raw(ask["offerTo"]))
if said["address"]:
    subprocess.run(["ip", "address", "add", "%s/%d" % (said["address"], ask["prefix"]), "dev", "eth0"], check=True)
    said["ping"] = pinged(64)
    said["longPing"] = said["ping"] and pinged(ask["mtu"])
    if said["ping"] and ask["name"]:
        said["dns"] = query(ask["gateway"], ask["name"], "A")[0]
    if said["ping"]:
        said["closed"] = [port for port in ask["ports"] if not connects(port)]
json.dump(said, sys.stdout)
`;
