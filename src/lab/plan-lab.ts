import { checkShape } from '../util/check-shape.ts';
import { hasErrors, type Diagnostic } from '../util/diagnostic.ts';
import { LABWRIGHT_NAMESPACE, uuidV5 } from '../util/ids.ts';
import { parseSource } from '../util/source-file.ts';
import { checkCapacity } from './capacity/capacity.ts';
import { withClaims, type ClaimsFile } from './claims/claims-file.ts';
import { checkAddresses } from './check/check-addresses.ts';
import { checkLinks } from './check/check-networks.ts';
import { checkMtu } from './check/check-mtu.ts';
import { checkPorts } from './check/check-ports.ts';
import { checkSpread } from './check/check-spread.ts';
import { checkVips } from './check/check-vips.ts';
import { checkHosts } from './check/check-hosts.ts';
import { checkClusters } from './check/check-clusters.ts';
import { checkLock } from './check/check-lock.ts';
import { checkNames } from './check/check-names.ts';
import { LAB_FILE_EXAMPLES, LabFile } from './lab-file.ts';
import { type LabPart, mergeParts } from './merge-parts.ts';
import { lockChanges } from './lock-changes.ts';
import { lockOf, type LockFile } from './lock.ts';
import { planMachines } from './place/machines.ts';
import { checkClaims, checkOwners } from './check/owners.ts';
import { placeClusters } from './place/place-clusters.ts';
import { networkIndexes } from './place/network-indexes.ts';
import type { LabPlan, PlanChange, PlannedJumphost, PlannedNetwork } from './plan.ts';
import { reportOn } from './check/report.ts';
import { readSegments, type Segment } from './segments.ts';
import { expandServers, sshTarget } from './servers.ts';
import { checkRouterIds } from './check/vrrp.ts';

export interface PlanResult {
  /** undefined when the diagnostics hold an error; so is the lock. */
  readonly plan: LabPlan | undefined;
  /** What to record beside the lab file. */
  readonly lock: LockFile | undefined;
  /** Differences between the lock file and this plan. */
  readonly changes: readonly PlanChange[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Plans a lab file (its text) beside what its lock file holds, and what has been claimed and released since. Reads and contacts
 * nothing; never throws for what the user wrote.
 *
 * @param parts the other files of a lab that is written in several: see mergeParts.
 */
export function planLab(path: string, text: string, lock: LockFile, claims?: ClaimsFile, parts: readonly LabPart[] = []): PlanResult {
  const main = parseSource(path, text);
  if (!main.value) return failed(main.diagnostics);
  const merged = mergeParts(main.value, parts);
  const source = { value: merged.value, diagnostics: [...main.diagnostics, ...merged.diagnostics] };
  if (!source.value) return failed(source.diagnostics);
  const shape = checkShape(LabFile, source.value, LAB_FILE_EXAMPLES);
  if (!shape.value) return failed([...source.diagnostics, ...shape.diagnostics]);
  const file = withClaims(shape.value, claims);
  const report = reportOn(source.value);
  report.found.push(...source.diagnostics);

  // What is written, before anything is placed: each stage needs the one before to be sound.
  const indexes = networkIndexes(Object.keys(file.networks), lock);
  const segments = readSegments(file, indexes, report);
  const servers = expandServers(file, report);
  if (hasErrors(report.found)) return failed(report.found);
  checkLock(file, lock, segments, report);
  checkNames(file, servers, report);
  checkHosts(file, report);
  checkLinks(file, report);
  checkPorts(file, report);
  checkAddresses(file, segments, servers, report);
  const homes = checkClusters(file, new Set(servers.map(({ server }) => server.name)), report);
  if (hasErrors(report.found)) return failed(report.found);

  const clusters = placeClusters(file, segments, servers, homes, lock, report);
  if (hasErrors(report.found)) return failed(report.found);
  const machines = planMachines(file, clusters, segments, new Map(servers.map(({ server }) => [server.name, server])), homes, report);
  checkVips(file, clusters, segments, report);
  checkOwners(file, servers, clusters, machines, report);
  checkClaims(clusters, report);
  checkCapacity(servers, machines, report);
  checkRouterIds(clusters, report);
  checkSpread(servers, clusters, machines, homes, report);
  checkMtu(file, clusters, report);
  if (hasErrors(report.found)) return failed(report.found);

  const plan: LabPlan = {
    lab: file.lab,
    uuid: uuidV5(LABWRIGHT_NAMESPACE, file.lab),
    domain: file.domain,
    accel: file.accel,
    jumphost: plannedJumphost(file.jumphost),
    networks: segments.map((one) => plannedNetwork(file, one)),
    servers: servers.map(({ server }) => server),
    clusters,
    machines,
  };
  const next = lockOf(plan, file, indexes);
  return { plan, lock: next, changes: lockChanges(lock, next), diagnostics: report.found };
}

function plannedNetwork(file: LabFile, { name, slotSize }: Segment): PlannedNetwork {
  const { cidr, cidr6, bridge, mode, vlan, dynamic, spare, mtu } = file.networks[name]!;
  return { name, cidr, ...(cidr6 !== undefined && { cidr6 }), bridge, mode, vlan, slotSize, dynamic, spare, mtu };
}

function plannedJumphost({ services, uplink, ssh, ...rest }: LabFile['jumphost']): PlannedJumphost {
  const { ntp, http_store: httpStore, registry: entry, job_ports: jobPorts, firewall } = services;
  const registry = entry && {
    port: entry.port,
    root: entry.root,
    ca: entry.ca,
    serve: entry.serve,
    mirror: entry.mirror,
    additionalImages: entry.additional_images,
  };
  return { ...rest, uplink, ssh: sshTarget(ssh, rest.address), services: { ntpUpstreams: ntp.upstreams, httpStore, registry, jobPorts, firewall } };
}

function failed(diagnostics: readonly Diagnostic[]): PlanResult {
  return { plan: undefined, lock: undefined, changes: [], diagnostics };
}
