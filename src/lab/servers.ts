import type { KeyPath } from '../util/source-file.ts';
import { formatIp, parseIp } from './ipv4.ts';
import type { LabFile } from './lab-file.ts';
import type { PlannedServer } from './plan.ts';

export interface ExpandedServer {
  readonly server: PlannedServer;
  readonly keys: KeyPath;
}

/** `server[01-09]` with `address: 192.168.21.2+` is nine servers with consecutive addresses. A bad address is kept as written. */
export function expandServers(file: LabFile): ExpandedServer[] {
  return Object.entries(file.servers).flatMap(([pattern, entry]) => {
    const counting = entry.address.endsWith('+');
    const text = counting ? entry.address.slice(0, -1) : entry.address;
    const first = parseIp(text);
    return namesOf(pattern).map((name, index) => ({
      keys: ['servers', pattern],
      server: {
        name,
        address: first === undefined ? text : formatIp(first + (counting ? index : 0)),
        nic: entry.nic,
        cpus: entry.cpus,
        memoryMiB: entry.memory,
        diskGiB: Math.floor(entry.disk / 1024),
        ssh: entry.ssh,
      },
    }));
  });
}

function namesOf(pattern: string): string[] {
  const match = /^(.*)\[(\d+)-(\d+)\](.*)$/.exec(pattern);
  if (!match) return [pattern];
  const [, before, from, to, after] = match;
  const names: string[] = [];
  for (let number = Number(from); number <= Math.min(Number(to), Number(from) + 65_535); number++) {
    names.push(`${before}${String(number).padStart(from!.length, '0')}${after}`);
  }
  return names;
}
