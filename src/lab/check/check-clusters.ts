import { closest } from '../../util/closest.ts';
import type { ClusterEntry } from '../file/cluster-entry.ts';
import type { LabFile } from '../lab-file.ts';
import type { Report } from './report.ts';
import type { Segment } from '../segments.ts';
import { serversOf } from '../servers.ts';
import { hostsIn, nodeCounts, reuses, vmCounts } from '../place/node-counts.ts';
import { VM_PROFILES } from '../place/vm-profiles.ts';
import { keptAtEnd, MAX_MASTERS, MOST_MASTERS, WORKER_OFFSET } from '../place/slot-layout.ts';
import { checkMethod } from './check-method.ts';
import { checkNodes } from './check-nodes.ts';

/** What a cluster's entry says that cannot be: places, hubs, networks, numbers of nodes. @returns the servers of each cluster with machines of its own. */
export function checkClusters(file: LabFile, declared: ReadonlySet<string>, report: Report): ReadonlyMap<string, readonly string[]> {
  const homes = new Map<string, readonly string[]>();
  for (const [name, entry] of Object.entries(file.clusters)) {
    checkPlace(name, entry, report);
    checkNodes(file, name, entry, report);
    checkMethod(file, name, entry, declared, report);
    if (entry.on !== undefined) homes.set(name, serversOf(entry.on, declared, report, ['clusters', name, 'on']));
    checkMachines(name, entry, declared, report);
    checkRole(file, name, entry, report);
    checkNumbers(file, name, entry, report);
  }
  return homes;
}

function checkPlace(name: string, entry: ClusterEntry, report: Report): void {
  const keys = ['clusters', name];
  if (entry.nodes && entry.from !== undefined)
    report.error('two-places', [...keys, 'from'], `${name} has both nodes and from`, 'keep one: nodes lists machines, from takes the free ones of a cluster');
  else if (reuses(entry) && entry.on !== undefined)
    report.error('two-places', [...keys, 'on'], `${name} reuses machines, which are where they are`, 'remove on');
  else if (reuses(entry) && entry.machines)
    report.error('two-places', [...keys, 'machines'], `${name} reuses machines, which the cluster that has them describes`, 'move machines there');
  else if (reuses(entry) && entry.networks.length > 0)
    report.error('two-places', [...keys, 'networks'], `${name} reuses machines, which have the NICs of their own cluster`, 'move networks there');
  else if (!reuses(entry) && entry.on === undefined && hostsIn(entry).length === 0)
    report.error('no-server', keys, `${name} does not say where it runs`, 'add on: SERVER, or nodes: [host/NAME]');
}

/** Overrides of machines that are not there, or that stand on a server that is not there. */
function checkMachines(name: string, entry: ClusterEntry, declared: ReadonlySet<string>, report: Report): void {
  for (const [node, { on }] of Object.entries(entry.machines ?? {})) {
    const keys = ['clusters', name, 'machines', node];
    const [, role, number] = /^(master|worker)-(0|[1-9]\d*)$/.exec(node) ?? [];
    const count = role === 'master' ? vmCounts(entry).masters : vmCounts(entry).workers;
    const beside = entry.install === 'ipi' ? 'provisionhost' : entry.install === 'upi' ? 'bootstrap' : undefined;
    if (node !== beside && (number === undefined || Number(number) >= count))
      report.error('unknown-node', keys, `${name} has no machine ${node}`, 'name a node of this cluster: master-0, worker-0, … up to its numbers');
    if (on !== undefined && serversOf(on, declared, report, [...keys, 'on']).length > 1)
      report.error('bad-range', [...keys, 'on'], `one machine cannot be on all of ${on}`, 'name one server');
  }
}

function checkRole(file: LabFile, name: string, entry: ClusterEntry, report: Report): void {
  const keys = ['clusters', name];
  if (entry.install === 'clusterinstance' && entry.role !== 'spoke')
    report.error(
      'not-a-spoke',
      [...keys, 'install'],
      `${name} is no spoke, so no hub can install it`,
      'add role: spoke and hub: CLUSTER, or write install: abi',
    );
  if (entry.role === 'spoke' && entry.hub === undefined) report.error('no-hub', [...keys, 'role'], `spoke ${name} names no hub`, 'add hub: CLUSTER');
  if (entry.gitea && entry.role !== 'hub')
    report.error('gitea-of-no-hub', [...keys, 'gitea'], `${name} has gitea but is no hub`, 'add role: hub, or move gitea to the hub of the spokes');
  if (entry.hub === undefined) return;
  if (entry.role !== 'spoke') report.error('hub-of-no-spoke', [...keys, 'hub'], `${name} has a hub but is no spoke`, 'add role: spoke, or remove hub');
  if (!Object.hasOwn(file.clusters, entry.hub)) {
    const hubs = Object.entries(file.clusters).flatMap(([one, { role }]) => (role === 'hub' ? [one] : []));
    const near = closest(entry.hub, hubs);
    const known = hubs.length > 0 ? `name one of: ${hubs.join(', ')}` : 'declare it under clusters with role: hub';
    report.error('unknown-hub', [...keys, 'hub'], `hub ${entry.hub} of ${name} is not declared`, near === undefined ? known : `did you mean ${near}?`);
  } else if (file.clusters[entry.hub]!.role !== 'hub')
    report.error(
      'not-a-hub',
      [...keys, 'hub'],
      `hub ${entry.hub} of ${name} has role ${file.clusters[entry.hub]!.role}`,
      `give ${entry.hub} role: hub, or name a cluster that has it`,
    );
}

function checkNumbers(file: LabFile, name: string, entry: ClusterEntry, report: Report): void {
  const keys = ['clusters', name];
  if (entry.network !== undefined && !Object.hasOwn(file.networks, entry.network)) {
    const near = closest(entry.network, Object.keys(file.networks));
    report.error(
      'unknown-network',
      [...keys, 'network'],
      `network ${entry.network} of ${name} is not declared`,
      near === undefined ? `name one of: ${Object.keys(file.networks).join(', ')}` : `did you mean ${near}?`,
    );
  }
  checkProfile(file, name, entry, report);
  checkHosted(file, name, entry, report);
  if (entry.profile === 'tiny' && entry.install !== 'none')
    report.error('tiny-install', [...keys, 'profile'], `${name} is tiny, too small for install: ${entry.install}`, 'write install: none, or remove profile');
  if (entry.profile === 'tiny' && !file.direct_boot)
    report.warn(
      'no-direct-boot',
      [...keys, 'profile'],
      `machines of ${name} have nothing to boot`,
      'add direct_boot: {kernel: PATH, initrd: PATH, cmdline: TEXT}',
    );
  for (const key of ['vips', 'vips6'] as const) {
    const vips = entry[key];
    const single = reuses(entry) ? entry.nodes?.length === 1 : nodeCounts(entry).masters + nodeCounts(entry).workers === 1;
    // One load balancer may be both.
    if (vips && vips.api === vips.ingress && !single && entry.install !== 'upi')
      report.error('equal-vips', [...keys, key, 'ingress'], `api and ingress of ${name} are both ${vips.api}`, 'give each its own address');
  }
  if (reuses(entry)) return;
  const { masters, workers } = nodeCounts(entry);
  if (masters === 0) report.error('bad-topology', [...keys, 'masters'], `${name} has no master`, 'write masters: 1 or masters: 3');
  else if (entry.install !== 'none') checkTopology(name, masters, workers, report);
  if (entry.host_network && masters + workers > 1 && !entry.vips)
    report.error('vips-missing', keys, `the VIPs of ${name} cannot be derived with host_network`, 'add vips: {api: ADDRESS, ingress: ADDRESS}');
}

function checkProfile(file: LabFile, name: string, { profile }: ClusterEntry, report: Report): void {
  if (profile === undefined) return;
  const known = ['tiny', ...Object.keys(VM_PROFILES), ...Object.keys(file.profiles)];
  if (known.includes(profile)) return;
  const near = closest(profile, known);
  report.error(
    'unknown-profile',
    ['clusters', name, 'profile'],
    `profile ${profile} of ${name} is not known`,
    near === undefined ? `name one of: ${known.join(', ')}, or write it under profiles` : `did you mean ${near}? Else write ${profile} under profiles`,
  );
}

/** Hosted control planes: names of their own, and a slot to keep their addresses in. */
function checkHosted(file: LabFile, name: string, { hosted, ...entry }: ClusterEntry, report: Report): void {
  const keys = ['clusters', name, 'hosted'];
  if (hosted.length > 0 && reuses(entry))
    report.error('no-slot', keys, `${name} reuses machines and has no addresses to keep for hosted control planes`, 'move hosted to a cluster with on');
  for (const [index, one] of hosted.entries()) {
    const other = Object.entries(file.clusters).find(([cluster, { hosted: its }]) => cluster === one || (cluster !== name && its.includes(one)));
    if (other || hosted.indexOf(one) !== index)
      report.error(
        'duplicate-name',
        [...keys, index],
        `hosted control plane ${one} of ${name} has the name of ${other ? `another in ${other[0]}` : 'one before it'}`,
        'rename one',
      );
  }
}

/** Has a slot of this network room for the cluster's nodes? `hosted`: control planes whose addresses are kept in it. */
export function checkRoom(name: string, entry: ClusterEntry, { slotSize }: Segment, hosted: number, report: Report): void {
  const keys = ['clusters', name];
  const { masters, workers } = nodeCounts(entry);
  const kept = keptAtEnd(masters, hosted);
  const room = slotSize - WORKER_OFFSET - kept;
  if (masters > MOST_MASTERS)
    report.error('slot-too-small', [...keys, 'masters'], `a slot holds ${MOST_MASTERS} masters; ${name} wants ${masters}`, `write masters: ${MAX_MASTERS}`);
  else if (masters > MAX_MASTERS && hosted > 0)
    report.error(
      'slot-too-small',
      [...keys, 'hosted'],
      `hosted control planes of ${name} have their addresses where masters beyond the third stand`,
      `write masters: ${MAX_MASTERS}, or move hosted to another hub`,
    );
  if (workers <= room) return;
  const wider = [16, 32, 64].find((size) => size - WORKER_OFFSET - kept >= workers);
  const less = room < 0 ? (hosted > 0 ? 'fewer hosted' : `masters: ${MAX_MASTERS}`) : `workers: ${room}`;
  report.error(
    'slot-too-small',
    [...keys, room >= 0 ? 'workers' : hosted > 0 ? 'hosted' : 'masters'],
    `a slot of ${slotSize} holds ${Math.max(0, room)} workers${hosted > 0 ? ` beside addresses of ${hosted} hosted control planes` : kept > 0 ? ` beside ${masters} masters` : ''}; ${name} wants ${workers}`,
    wider === undefined ? `write workers: ${Math.max(0, 64 - WORKER_OFFSET - kept)} or less` : `write slot_size: ${wider} in a network of its own, or ${less}`,
  );
}

/** What the installers accept (reference/lab-and-libvirt.md §5.6). */
export function checkTopology(name: string, masters: number, workers: number, report: Report): void {
  const keys = ['clusters', name];
  if (masters === 2 || masters > MOST_MASTERS)
    report.error('bad-topology', keys, `${name} has ${masters} masters, which no installer accepts`, 'write masters: 1 or masters: 3');
  if (masters >= 3 && workers === 1)
    report.warn('one-worker', keys, `${name} has a single worker, which older installers refuse, and ingress wants two`, 'write workers: 2, or none');
  if (masters === 1 && workers > 0)
    report.error('bad-topology', keys, `${name} has 1 master and ${workers} workers; workers need 3 masters`, 'write masters: 3, or remove the workers');
}
