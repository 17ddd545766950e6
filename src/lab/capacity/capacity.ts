import type { KeyPath } from '../../util/source-file.ts';
import type { PlannedMachine, PlannedPool, PlannedServer } from '../plan.ts';
import type { Report } from '../check/report.ts';
import { CPU_RATIO, DISK, takenMemoryMiB, usableDiskGiB, usableMemoryMiB } from './server-room.ts';
import type { ExpandedServer } from '../servers.ts';
import { sum } from '../sum.ts';

const GIB = 1024;

/** Do the machines of each server fit into it? Errors where they cannot run, warnings where they would run badly. */
export function checkCapacity(servers: readonly ExpandedServer[], machines: readonly PlannedMachine[], report: Report): void {
  const byServer = Map.groupBy(machines, ({ server }) => server);
  for (const { server, keys } of servers) {
    const mine = byServer.get(server.name) ?? [];
    if (mine.length === 0) continue;
    checkMemory(server, keys, mine, report);
    const vcpus = sum(mine, (one) => one.vcpus);
    if (vcpus > server.cpus * CPU_RATIO.doubtful) {
      const tell = vcpus > server.cpus * CPU_RATIO.most ? report.error : report.warn;
      tell(
        'cpus-full',
        [...keys, 'cpus'],
        `${mine.length} machines on ${server.name} have ${vcpus} vCPUs, its ${server.cpus} CPUs carry ${server.cpus * CPU_RATIO.doubtful} well`,
        spread(server, mine),
      );
    }
    for (const pool of [undefined, ...server.pools])
      checkDisk(
        server,
        keys,
        mine.filter((one) => one.pool?.name === pool?.name),
        pool,
        report,
      );
  }
}

/** `pool`: undefined for the usual one. */
function checkDisk(server: PlannedServer, keys: KeyPath, machines: readonly PlannedMachine[], pool: PlannedPool | undefined, report: Report): void {
  const disk = sum(machines, (one) => sum(one.disks, ({ sizeGiB }) => sizeGiB));
  const usable = usableDiskGiB({ diskGiB: pool?.sizeGiB ?? server.diskGiB });
  if (disk <= usable) return;
  const full = disk * DISK.filled > usable;
  const where = pool ? `pool ${pool.name} of ${server.name}` : server.name;
  const tell = full ? report.error : report.warn;
  tell(
    'disk-full',
    pool ? [...keys, 'pools', pool.name, 'size'] : [...keys, 'disk'],
    full
      ? `disks of ${machines.length} machines on ${where} will take about ${Math.ceil(disk * DISK.filled)}GiB of the ${usable}GiB that are usable`
      : `disks on ${where} are promised ${disk}GiB of the ${usable}GiB that are usable; they are thin, so it works until they fill`,
    spread(server, machines),
  );
}

function checkMemory(server: PlannedServer, keys: KeyPath, machines: readonly PlannedMachine[], report: Report): void {
  const asked = sum(machines, takenMemoryMiB);
  const usable = usableMemoryMiB(server);
  if (asked <= usable * 0.9) return;
  const tell = asked > usable ? report.error : report.warn;
  const message = `${machines.length} machines on ${server.name} take ${size(asked)} of memory, ${asked > usable ? 'it has' : 'nearly all of'} ${size(usable)} for them`;
  tell('memory-full', [...keys, 'memory'], message, spread(server, machines));
}

function spread(server: PlannedServer, machines: readonly PlannedMachine[]): string {
  const clusters = new Set(machines.flatMap(({ home }) => home ?? []));
  const names = [...clusters].slice(0, 3).join(', ');
  return clusters.size > 1
    ? `move a cluster (${names}) from ${server.name} to another server`
    : `spread ${names} over several servers: on: [${server.name}, …], or lower its sizes`;
}

function size(mib: number): string {
  return mib < 10 * GIB ? `${Math.ceil(mib)}MiB` : `${Math.ceil(mib / GIB)}GiB`;
}
