import { hasVirtualMedia, readBmcAddress } from '../bmc-address.ts';
import type { ClusterEntry } from '../file/cluster-entry.ts';
import type { LabFile } from '../lab-file.ts';
import { hostOf, hostsIn, nodeCounts, reuses } from '../place/node-counts.ts';
import { serversOf } from '../servers.ts';
import { checkHostName } from './check-nodes.ts';
import type { Report } from './report.ts';

/** What an install method needs of its cluster: numbers, a provisionhost, BMCs that boot an image. */
export function checkMethod(file: LabFile, name: string, entry: ClusterEntry, declared: ReadonlySet<string>, report: Report): void {
  const keys = ['clusters', name];
  const { install } = entry;
  const count = reuses(entry) ? entry.nodes?.length : nodeCounts(entry).masters + nodeCounts(entry).workers;
  if (install === 'sno-in-place' && count !== undefined && count !== 1)
    report.error(
      'bad-topology',
      [...keys, 'install'],
      `${name} has ${count} nodes; sno-in-place installs a single one`,
      'write masters: 1 without workers, or install: abi',
    );
  if (install === 'ipi' && count === 1)
    report.error('bad-topology', [...keys, 'install'], `${name} is a single node, which IPI does not install`, 'write install: abi, or masters: 3');
  if ((install === 'ipi' || install === 'upi') && entry.nodes && reuses(entry))
    report.error(
      'no-bootstrap',
      [...keys, 'install'],
      `${name} has no addresses of its own for the bootstrap of ${install}`,
      `write from: CLUSTER with one that is install: ${install}, which lends its own, or install: abi`,
    );
  if (install === 'ipi' && entry.from !== undefined && file.clusters[entry.from]?.install !== 'ipi')
    report.error('no-bootstrap', [...keys, 'from'], `${entry.from} has no provisionhost and bootstrap to lend ${name}`, `give ${entry.from} install: ipi`);
  checkProvisionhost(file, name, entry, declared, report);
  checkMedia(file, name, entry, report);
}

function checkProvisionhost(file: LabFile, name: string, entry: ClusterEntry, declared: ReadonlySet<string>, report: Report): void {
  const keys = ['clusters', name, 'provisionhost'];
  const { provisionhost } = entry;
  if (entry.install !== 'ipi') {
    if (provisionhost)
      report.error(
        'no-provisionhost-needed',
        keys,
        `${name} has install: ${entry.install}, which needs no provisionhost`,
        'remove provisionhost, or write install: ipi',
      );
    return;
  }
  if (reuses(entry)) {
    if (provisionhost) report.error('two-places', keys, `${name} has the provisionhost of the cluster it takes machines from`, 'remove provisionhost');
    return;
  }
  const { on, machine } = provisionhost ?? {};
  if (on !== undefined && machine !== undefined)
    report.error('two-places', [...keys, 'machine'], `the provisionhost of ${name} is both a VM on ${on} and ${machine}`, 'keep one of on and machine');
  else if (on !== undefined) {
    if (serversOf(on, declared, report, [...keys, 'on']).length > 1)
      report.error('bad-range', [...keys, 'on'], `one machine cannot be on all of ${on}`, 'name one server');
  } else if (machine !== undefined) {
    const host = hostOf(machine);
    if (host !== undefined) {
      checkHostName(file, name, host, [...keys, 'machine'], report);
      if (hostsIn(entry).includes(host))
        report.error('two-places', [...keys, 'machine'], `${machine} is a node of ${name}, which cannot install itself`, 'name another machine');
    } else if (machine !== file.jumphost.name && !declared.has(machine))
      report.error(
        'unknown-machine',
        [...keys, 'machine'],
        `the provisionhost of ${name} is ${machine}, which is not declared`,
        `name ${file.jumphost.name}, a server, or host/NAME`,
      );
  } else if (entry.on === undefined)
    report.error(
      'no-provisionhost',
      ['clusters', name, 'install'],
      `${name} is on bare metal alone and says nothing of its provisionhost`,
      'add provisionhost: {on: SERVER} for a VM there, or provisionhost: {machine: jumphost}',
    );
}

/** A name that every object has (constructor) is no entry. */
function ownEntry<T>(map: Readonly<Record<string, T>>, name: string | undefined): T | undefined {
  return name !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** All methods but PXE ones hand the BMC an image to boot. */
function checkMedia(file: LabFile, name: string, entry: ClusterEntry, report: Report): void {
  if (['ipi', 'upi', 'none'].includes(entry.install)) return;
  for (const [index, reference] of (entry.nodes ?? []).entries()) {
    const host = ownEntry(file.hosts, hostOf(reference));
    const read = host && readBmcAddress(host.bmc.address);
    if (!read || 'message' in read) continue;
    const keys = ['clusters', name, 'nodes', index];
    if (!hasVirtualMedia(read.protocol))
      report.error(
        'no-virtual-media',
        keys,
        `install: ${entry.install} of ${name} boots an image, which ${reference} with ${read.protocol} cannot be given`,
        'use its Redfish address, or install: ipi or upi',
      );
    else if (entry.install === 'clusterinstance' && !read.protocol.endsWith('-virtualmedia'))
      report.error(
        'no-virtual-media',
        keys,
        `a hub gives ${reference} its image by virtual media, and its address says ${read.protocol}`,
        `write ${read.protocol.startsWith('idrac') ? 'idrac' : 'redfish'}-virtualmedia://…`,
      );
  }
}
