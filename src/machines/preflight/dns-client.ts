/** A DNS question over UDP, in Python: `query(server, name, kind)` gives the answer's status, and its data in order. */
export const DNS_CLIENT = String.raw`
import os, socket, struct
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

def query(server, name, kind):
    number = struct.unpack("!H", os.urandom(2))[0]
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    udp = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM)
    udp.settimeout(1)
    try:
        udp.connect((server, 53))
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
`;
