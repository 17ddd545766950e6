import type { LabPlan, PlannedCluster } from '../../lab/plan.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';
import type { FilePosition } from '../../util/errors.ts';

/** A node as a commit describes it. */
export interface SiteNode {
  readonly hostName: string;
  readonly bmcAddress: string;
  readonly bootMACAddress: string;
  /** Name of the Secret with its BMC's credentials. */
  readonly bmcSecret: string;
  readonly at: FilePosition | undefined;
}

/** The nodes of a commit are those of the lab's plan, on the same machines: else another cluster's machine is written over. */
export function checkNodes(plan: LabPlan, cluster: PlannedCluster, nodes: readonly SiteNode[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (id: string, at: FilePosition | undefined, message: string, hint: string): void =>
    void found.push({ id, severity: 'error', message, hint, ...(at && { at }) });
  for (const { name } of cluster.nodes)
    if (!nodes.some((node) => node.hostName === name))
      report(
        'missing-node',
        nodes[0]?.at,
        `${cluster.name} has no node ${name}, which the lab's plan gives it`,
        `name a node ${name}, or take it out of the lab file`,
      );
  for (const { hostName, bmcAddress, bootMACAddress, at } of nodes) {
    const planned = cluster.nodes.find(({ name }) => name === hostName);
    const names = cluster.nodes.map(({ name }) => name).join(', ');
    if (planned === undefined) {
      report('unknown-node', at, `the lab's plan has no node ${hostName} of ${cluster.name}`, `its nodes are: ${names}`);
      continue;
    }
    const differs = (field: string, written: string, wanted: string): void =>
      report('other-machine', at, `${field} of ${hostName} is ${written}; its machine has ${wanted}`, `write ${field}: ${wanted}`);
    const url = plan.machines.find((machine) => machine.name === planned.machine)?.bmc.url;
    if (bootMACAddress.toLowerCase() !== planned.mac.toLowerCase()) differs('bootMACAddress', bootMACAddress, planned.mac);
    if (url !== undefined && !bmcAddress.endsWith(url)) differs('bmcAddress', bmcAddress, `redfish-virtualmedia+${url}`);
  }
  return found;
}
