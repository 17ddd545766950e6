import * as z from 'zod';
import type { LabPlan } from '../../lab/plan.ts';
import type { Exec } from '../../util/exec.ts';
import { CHECKSUM } from './checksum.ts';
import { ASK_DNS, DnsAnswers } from '../doors/ask-dns.ts';
import { plannedAddresses } from './check.ts';
import { expectedRecords } from './expected-records.ts';

/** What answered on the segment, asked from the jumphost's NIC. */
export interface SegmentAnswer {
  /** Address to the MACs that said it is theirs, by ARP or by neighbour discovery. */
  readonly holders: Readonly<Record<string, readonly string[]>>;
  /** DHCP and DHCPv6 servers that offered an address to a MAC that nobody plans. */
  readonly offers: readonly { readonly server: string; readonly address: string; readonly mac: string }[];
  /** IPv6 routers that advertise themselves, beside the jumphost. */
  readonly routers: readonly { readonly router: string; readonly mac: string; readonly prefixes: readonly string[] }[];
  /** Name and type to what the lab's dnsmasq says; empty text for an answer without data. */
  readonly dns: DnsAnswers;
}

const Answer = z.object({
  holders: z.record(z.string(), z.array(z.string())),
  offers: z.array(z.object({ server: z.string(), address: z.string(), mac: z.string() })),
  routers: z.array(z.object({ router: z.string(), mac: z.string(), prefixes: z.array(z.string()) })),
  dns: DnsAnswers,
});

/** Locally administered, and in no lab: an offer to it comes from a server that serves anybody. */
const PROBE_MAC = '02:6c:77:00:00:01';
/** dnsmasq pings an address for up to 3 s before it offers it. */
const LISTEN_SECONDS = 5;

/**
 * Asks the segment: who has each planned address (RFC 5227 probes, RFC 4862 §5.4 solicitations), who offers addresses to
 * strangers (RFC 2131, RFC 8415), who is a router for IPv6 (RFC 4861), and what the lab's names are. Needs root and python3 on
 * the jumphost; nothing is left behind there. What the jumphost itself says is not among the answers.
 */
export async function probeSegment(exec: Exec, plan: LabPlan, signal: AbortSignal): Promise<SegmentAnswer> {
  const input = {
    nic: plan.jumphost.nic,
    mac: PROBE_MAC,
    seconds: LISTEN_SECONDS,
    addresses: [...plannedAddresses(plan).keys()],
    dnsServer: plan.jumphost.address,
    dns: expectedRecords(plan).map(({ name, type }) => ({ name, type })),
  };
  const { stdout } = await exec(['python3', '-c', PROBE], { signal, stdin: JSON.stringify(input), timeoutMs: 60_000 });
  return Answer.parse(JSON.parse(stdout));
}

const PROBE = String.raw`${ASK_DNS}
${CHECKSUM}
import select, time
ask = json.load(sys.stdin)
nic = ask["nic"]
own = bytes.fromhex(open("/sys/class/net/%s/address" % nic).read().strip().replace(":", ""))
probe = bytes.fromhex(ask["mac"].replace(":", ""))
everybody = b"\xff" * 6
mac = lambda raw: ":".join("%02x" % one for one in raw)

def who_has(address):
    arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + own + b"\0" * 4 + b"\0" * 6 + socket.inet_aton(address)
    return everybody + own + b"\x08\x06" + arp

link_local = b"\xfe\x80" + b"\0" * 6 + bytes([probe[0] ^ 2]) + probe[1:3] + b"\xff\xfe" + probe[3:]
group = lambda name: socket.inet_pton(socket.AF_INET6, name)

def ip6(source, target, kind, payload, sender=probe, to=None):
    total = checksum(source + target + struct.pack("!I3xB", len(payload), kind) + payload) or 0xffff
    at = 2 if kind == 58 else 6
    payload = payload[:at] + struct.pack("!H", total) + payload[at + 2:]
    head = struct.pack("!IHBB", 0x60000000, len(payload), kind, 255) + source + target
    return (to or b"\x33\x33" + target[12:]) + sender + b"\x86\xdd" + head + payload

def who_has6(address):
    target = group(address)
    return ip6(b"\0" * 16, group("ff02::1:ff00:0")[:13] + target[13:], 58, b"\x87" + b"\0" * 7 + target, own)

def solicit_router():
    return ip6(link_local, group("ff02::2"), 58, b"\x85" + b"\0" * 7 + b"\x01\x01" + probe)

def solicit():
    options = struct.pack("!HH", 1, 10) + b"\0\x03\0\x01" + probe + struct.pack("!HHIII", 3, 12, 1, 0, 0) + struct.pack("!HHH", 8, 2, 0)
    body = b"\x01" + transaction[:3] + options
    return ip6(link_local, group("ff02::1:2"), 17, struct.pack("!HHHH", 546, 547, 8 + len(body), 0) + body)

def options_of(data):
    while len(data) >= 4:
        code, length = struct.unpack("!HH", data[:4])
        yield code, data[4:4 + length]
        data = data[4 + length:]

def take6(frame):
    sender, source = frame[6:12], frame[22:38]
    if frame[20] == 58 and frame[54] == 136:
        address = socket.inet_ntop(socket.AF_INET6, frame[62:78])
        if address in wanted:
            found.setdefault(wanted[address], set()).add(mac(sender))
    elif frame[20] == 58 and frame[54] == 135 and frame[62:78] == link_local and any(source):
        answer = b"\x88\0\0\0\x60\0\0\0" + link_local + b"\x02\x01" + probe
        wire.send(ip6(link_local, source, 58, answer, probe, sender))
    elif frame[20] == 58 and frame[54] == 134:
        rest, prefixes = frame[70:], []
        while len(rest) >= 8 and rest[1]:
            if rest[0] == 3:
                prefixes.append("%s/%d" % (socket.inet_ntop(socket.AF_INET6, rest[16:32]), rest[2]))
            rest = rest[rest[1] * 8:]
        name = socket.inet_ntop(socket.AF_INET6, source)
        routers[name] = {"router": name, "mac": mac(sender), "prefixes": prefixes}
    elif frame[20] == 17 and frame[54:58] == b"\x02\x23\x02\x22" and frame[62:66] == b"\x02" + transaction[:3]:
        # An advertisement without an address is a server that knows its own only.
        for code, value in options_of(frame[66:]):
            for inner, address in options_of(value[12:]) if code == 3 else ():
                if inner == 5:
                    name = socket.inet_ntop(socket.AF_INET6, source)
                    offers[name] = {"server": name, "address": socket.inet_ntop(socket.AF_INET6, address[:16]), "mac": mac(sender)}

transaction = os.urandom(4)
def discover():
    bootp = struct.pack("!BBBB4sHH", 1, 1, 6, 0, transaction, 0, 0x8000) + b"\0" * 16 + probe + b"\0" * 202
    bootp += b"\x63\x82\x53\x63" + b"\x35\x01\x01" + b"\x37\x03\x01\x03\x06" + b"\xff"
    udp = struct.pack("!HHHH", 68, 67, 8 + len(bootp), 0) + bootp
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + b"\0" * 4 + b"\xff" * 4
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return everybody + probe + b"\x08\x00" + head + udp

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind((nic, 0))
# Answers to the probe's own address, and to groups that nobody here is in.
wire.setsockopt(263, 1, struct.pack("iHH8s", socket.if_nametoindex(nic), 1, 0, b""))
found, offers, routers = {}, {}, {}

def take(frame):
    kind = frame[12:14]
    if kind == b"\x08\x06" and frame[20:22] == b"\0\x02":
        address = socket.inet_ntoa(frame[28:32])
        if address in wanted:
            found.setdefault(address, set()).add(mac(frame[22:28]))
    elif kind == b"\x86\xdd":
        take6(frame)
    elif kind == b"\x08\x00" and frame[23] == 17:
        start = 14 + (frame[14] & 15) * 4
        bootp = frame[start + 8:]
        if frame[start:start + 4] != b"\0\x43\0\x44" or bootp[4:8] != transaction:
            return
        server = socket.inet_ntoa(frame[26:30])
        offers[server] = {"server": server, "address": socket.inet_ntoa(bootp[16:20]), "mac": mac(frame[6:12])}

family = lambda address: socket.AF_INET6 if ":" in address else socket.AF_INET
# As this program spells an address, to how the plan does.
wanted = {socket.inet_ntop(family(one), socket.inet_pton(family(one), one)): one for one in ask["addresses"]}
for turn in range(2):
    for address in ask["addresses"]:
        wire.send(who_has6(address) if ":" in address else who_has(address))
    for frame in (discover(), solicit(), solicit_router()):
        wire.send(frame)
    end = time.monotonic() + ask["seconds"] / 2
    while time.monotonic() < end:
        if select.select([wire], [], [], max(0, end - time.monotonic()))[0]:
            frame, origin = wire.recvfrom(2048)
            # Not what this computer sends itself.
            if origin[2] != 4:
                take(frame + b"\0" * 64)

dns = answers(ask["dnsServer"], ask["dns"])
holders = {address: sorted(macs) for address, macs in found.items()}
json.dump({"holders": holders, "offers": list(offers.values()), "routers": list(routers.values()), "dns": dns}, sys.stdout)
`;
