import * as z from 'zod';
import type { Exec } from '../../util/exec.ts';

export interface DnsQuestion {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'PTR';
}

export const DnsAnswers = z.array(z.object({ name: z.string(), type: z.string(), status: z.string(), data: z.array(z.string()) }));
/** Name and type to what a server says; `data` is sorted, and empty for an answer without data. */
export type DnsAnswers = z.output<typeof DnsAnswers>;

/** Asks one server, from a host that needs python3. A server that is silent is told as `no answer` in `status`. */
export async function askDns(exec: Exec, server: string, questions: readonly DnsQuestion[], signal: AbortSignal): Promise<DnsAnswers> {
  const script = `${ASK_DNS}\nask = json.load(sys.stdin)\njson.dump(answers(ask["server"], ask["questions"]), sys.stdout)`;
  const { stdout } = await exec(['python3', '-c', script], { signal, stdin: JSON.stringify({ server, questions }), timeoutMs: 60_000 });
  return DnsAnswers.parse(JSON.parse(stdout));
}

/** Python: `answers(server, questions)`, for scripts that do more than ask. */
export const ASK_DNS = String.raw`
import json, os, socket, struct, sys
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
    flags, questions, count = struct.unpack("!HHH", data[2:8])
    at = name_at(data, 12)[1] + 4
    values = []
    for _ in range(count):
        at = name_at(data, at)[1]
        found, _, _, length = struct.unpack("!HHIH", data[at:at + 10])
        at += 10
        if found == TYPES[kind]:
            values.append(name_at(data, at)[0] if kind == "PTR" else socket.inet_ntop(socket.AF_INET if kind == "A" else socket.AF_INET6, data[at:at + length]))
        at += length
    return {0: "NOERROR", 3: "NXDOMAIN", 5: "REFUSED"}.get(flags & 15, str(flags & 15)), sorted(values)

def answers(server, questions):
    told, silent = [], 0
    for one in questions:
        # A dead server is told once, not after a second for every name.
        status, data = query(server, one["name"], one["type"]) if silent < 3 else ("no answer", [])
        silent = silent + 1 if status.startswith("no answer") else 0
        told.append({"name": one["name"], "type": one["type"], "status": status, "data": data})
    return told
`;
