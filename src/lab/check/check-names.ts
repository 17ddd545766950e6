import type { LabFile } from '../lab-file.ts';
import { vmCounts } from '../place/node-counts.ts';
import type { ExpandedServer } from '../servers.ts';
import type { Report } from './report.ts';

/** Kubernetes keeps a node's name in a label, which has no more letters. */
const MAX_NODE_NAME = 63;

/** Names that are legal alone: too long together, or of two machines. */
export function checkNames(file: LabFile, servers: readonly ExpandedServer[], report: Report): void {
  checkHostNames(file, servers, report);
  const [, parent] = /(?:^|\.)apps\.(.+)$/.exec(file.domain) ?? [];
  if (parent !== undefined)
    report.error(
      'shadowed-domain',
      ['domain'],
      `names of ${file.domain} lie below apps.${parent}, where a cluster ${parent} answers every name with its ingress`,
      `write a domain beside it, as lab.${parent}`,
    );
  for (const name of Object.keys(file.clusters)) {
    const node = `master-0.${name}.${file.domain}`;
    if (node.length > MAX_NODE_NAME)
      report.error(
        'name-too-long',
        ['clusters', name],
        `${node} has ${node.length} letters; a node's name has at most ${MAX_NODE_NAME}`,
        'shorten the cluster name or the domain',
      );
  }
}

/** A bare-metal host is a machine like any other: by name in leases, targets and inventories. */
function checkHostNames(file: LabFile, servers: readonly ExpandedServer[], report: Report): void {
  const taken = new Map([
    [file.jumphost.name, 'the jumphost'],
    ['bmc', 'the BMC service of every lab'],
    ...servers.map(({ server }) => [server.name, 'a server'] as const),
  ]);
  for (const [name, entry] of Object.entries(file.clusters)) {
    if (entry.on === undefined) continue;
    const { masters, workers } = vmCounts(entry);
    for (const [role, count] of [
      ['master', masters],
      ['worker', workers],
    ] as const)
      for (let index = 0; index < count; index++) taken.set(`${name}-${role}-${index}`, `a machine of ${name}`);
    if (entry.install === 'ipi') taken.set(`${name}-provisionhost`, `the provisionhost of ${name}`);
    if (entry.install === 'upi') taken.set(`${name}-bootstrap`, `the bootstrap of ${name}`);
  }
  for (const name of Object.keys(file.hosts)) {
    const owner = taken.get(name) ?? (Object.hasOwn(file.clusters, name) ? 'a cluster' : undefined);
    if (owner !== undefined) report.error('duplicate-name', ['hosts', name], `host ${name} has the name of ${owner}`, 'rename one');
  }
}
