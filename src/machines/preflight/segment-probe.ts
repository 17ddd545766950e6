import * as z from 'zod';
import type { LabPlan } from '../../lab/plan.ts';
import type { Exec } from '../../util/exec.ts';
import { plannedAddresses } from './check.ts';
import { expectedRecords } from './expected-records.ts';

/** What answered on the segment, asked from the jumphost's NIC. */
export interface SegmentAnswer {
  /** Address to the MACs that said it is theirs. */
  readonly arp: Readonly<Record<string, readonly string[]>>;
  /** DHCP servers that made an offer to a MAC that nobody plans. */
  readonly offers: readonly { readonly server: string; readonly address: string; readonly mac: string }[];
  /** Name and type to what the lab's dnsmasq says; empty text for an answer without data. */
  readonly dns: readonly { readonly name: string; readonly type: string; readonly status: string; readonly data: readonly string[] }[];
}

const Answer = z.object({
  arp: z.record(z.string(), z.array(z.string())),
  offers: z.array(z.object({ server: z.string(), address: z.string(), mac: z.string() })),
  dns: z.array(z.object({ name: z.string(), type: z.string(), status: z.string(), data: z.array(z.string()) })),
});

/** Locally administered, and in no lab: an offer to it comes from a server that serves anybody. */
const PROBE_MAC = '02:6c:77:00:00:01';
/** dnsmasq pings an address for up to 3 s before it offers it. */
const LISTEN_SECONDS = 5;

/**
 * Asks the segment: who has each planned address (RFC 5227 probes), who offers addresses to strangers (RFC 2131), and what the lab's
 * names are. Needs root and python3 on the jumphost; nothing is left behind there.
 */
export async function probeSegment(exec: Exec, plan: LabPlan, signal: AbortSignal): Promise<SegmentAnswer> {
  const addresses = [...plannedAddresses(plan).keys()].filter((address) => !address.includes(':'));
  const input = {
    nic: plan.jumphost.nic,
    mac: PROBE_MAC,
    seconds: LISTEN_SECONDS,
    addresses,
    dnsServer: plan.jumphost.address,
    dns: expectedRecords(plan).map(({ name, type }) => ({ name, type })),
  };
  const { stdout } = await exec(['python3', '-c', PROBE], { signal, stdin: JSON.stringify(input), timeoutMs: 60_000 });
  return Answer.parse(JSON.parse(stdout));
}

const PROBE = String.raw`
import json, os, select, socket, struct, sys, time
ask = json.load(sys.stdin)
nic = ask["nic"]
own = bytes.fromhex(open("/sys/class/net/%s/address" % nic).read().strip().replace(":", ""))
probe = bytes.fromhex(ask["mac"].replace(":", ""))
everybody = b"\xff" * 6
mac = lambda raw: ":".join("%02x" % one for one in raw)

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

def who_has(address):
    arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + own + b"\0" * 4 + b"\0" * 6 + socket.inet_aton(address)
    return everybody + own + b"\x08\x06" + arp

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
found, offers = {}, {}

def take(frame):
    kind = frame[12:14]
    if kind == b"\x08\x06" and frame[20:22] == b"\0\x02":
        address = socket.inet_ntoa(frame[28:32])
        if address in wanted:
            found.setdefault(address, set()).add(mac(frame[22:28]))
    elif kind == b"\x08\x00" and frame[23] == 17:
        start = 14 + (frame[14] & 15) * 4
        bootp = frame[start + 8:]
        if frame[start:start + 4] != b"\0\x43\0\x44" or bootp[4:8] != transaction:
            return
        server = socket.inet_ntoa(frame[26:30])
        offers[server] = {"server": server, "address": socket.inet_ntoa(bootp[16:20]), "mac": mac(frame[6:12])}

wanted = set(ask["addresses"])
for turn in range(2):
    for address in ask["addresses"]:
        wire.send(who_has(address))
    wire.send(discover())
    end = time.monotonic() + ask["seconds"] / 2
    while time.monotonic() < end:
        if select.select([wire], [], [], max(0, end - time.monotonic()))[0]:
            take(wire.recv(2048))

TYPES = {"A": 1, "PTR": 12, "AAAA": 28}
def name_at(data, at):
    parts, after = [], None
    while data[at]:
        if data[at] >= 192:
            after = after or at + 2
            at = struct.unpack("!H", data[at:at + 2])[0] & 0x3fff
            continue
        parts.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    return ".".join(parts), after or at + 1

def query(name, kind):
    number = struct.unpack("!H", os.urandom(2))[0]
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    udp = socket.socket(socket.AF_INET6 if ":" in ask["dnsServer"] else socket.AF_INET, socket.SOCK_DGRAM)
    udp.settimeout(1)
    try:
        udp.connect((ask["dnsServer"], 53))
        udp.send(struct.pack("!HHHHHH", number, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", TYPES[kind], 1))
        data = udp.recv(4096)
    except OSError as error:
        return "no answer: %s" % error, []
    finally:
        udp.close()
    flags, questions, answers = struct.unpack("!HHH", data[2:8])
    at = name_at(data, 12)[1] + 4
    values = []
    for _ in range(answers):
        at = name_at(data, at)[1]
        found_kind, _, _, length = struct.unpack("!HHIH", data[at:at + 10])
        at += 10
        if found_kind == TYPES[kind]:
            values.append(name_at(data, at)[0] if kind == "PTR" else socket.inet_ntop(socket.AF_INET if kind == "A" else socket.AF_INET6, data[at:at + length]))
        at += length
    return {0: "NOERROR", 3: "NXDOMAIN", 5: "REFUSED"}.get(flags & 15, str(flags & 15)), sorted(values)

dns, silent = [], 0
for one in ask["dns"]:
    # A dead server is told once, not after a second for every name.
    status, data = query(one["name"], one["type"]) if silent < 3 else ("no answer", [])
    silent = silent + 1 if status.startswith("no answer") else 0
    dns.append({"name": one["name"], "type": one["type"], "status": status, "data": data})
json.dump({"arp": {address: sorted(macs) for address, macs in found.items()}, "offers": list(offers.values()), "dns": dns}, sys.stdout)
`;
