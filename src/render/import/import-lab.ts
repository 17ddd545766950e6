import { installType, AGENT_INVENTORIES } from '../inventory/agent-inventories.ts';
import type { AgentInventory } from '../inventory/agent-variable.ts';
import type { Inventory } from '../../lab/ansible-inventory/inventory.ts';
import type { InventoryFile } from '../../lab/ansible-inventory/read-inventory.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { EMPTY_LOCK } from '../../lab/lock.ts';
import { planLab, type PlanResult } from '../../lab/plan-lab.ts';
import { hasErrors, type Diagnostic } from '../../util/diagnostic.ts';
import { stringify } from 'yaml';
import { clusterFiles } from './cluster-files.ts';
import { composeLab, labName, type ComposedLab, type Keeping } from './compose-lab.ts';
import { fitServers } from './fit-servers.ts';
import type { FoundCluster } from './found-cluster.ts';
import { importReport, type ImportNote, type ImportReport } from './import-report.ts';
import { inventoryReader } from './inventory-reader.ts';
import { leftOver } from './left-over.ts';
import { readCluster } from './read-cluster.ts';
import { writeLabFile } from './write-lab-file.ts';

export interface ImportedLab {
  /** The lab file; undefined after an error. It plans without one. */
  readonly lab: string | undefined;
  /** Variables for `lab inventory --vars`, by cluster, as YAML; only of clusters that have any. */
  readonly agentVars: ReadonlyMap<string, string>;
  readonly notes: readonly ImportNote[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * A lab file out of DCI's inventories, formats A to D (reference/lab-and-libvirt.md §1). Files that name the same cluster are one
 * inventory. Everything in them is in the lab file, kept for the agent, or told with the reason; DCI's defects (§1.11) are mended.
 *
 * @param name of the lab; by default that of its first cluster.
 */
export function importLab(files: readonly InventoryFile[], name?: string): ImportedLab {
  const report = importReport();
  const { groups, diagnostics } = clusterFiles(files);
  report.diagnostics.push(...diagnostics);
  const agentVars = new Map<string, string>();
  const clusters = groups.flatMap(({ files: own, inventory }): FoundCluster[] => {
    tellUnread(own, inventory, report);
    const reader = inventoryReader(inventory, { path: own[0]!.path, line: 1, column: 1 }, report);
    const found = readCluster(reader, report);
    if (!found) return [];
    const type = installType(inventory) ?? found.install;
    const kept = leftOver(reader, found.agentNeeds ?? [], agentInventory(type), report);
    if (kept.size > 0) agentVars.set(labName(found.name), stringify(Object.fromEntries(kept), { version: '1.1', lineWidth: 0 }));
    return [found];
  });
  checkTogether(clusters, report);
  if (hasErrors(report.diagnostics)) return { lab: undefined, agentVars: new Map(), notes: report.notes, diagnostics: report.diagnostics };
  const composed = planned(labName(name ?? clusters[0]!.name), clusters, report);
  const lab =
    composed &&
    writeLabFile(
      composed,
      files.map(({ path }) => path),
    );
  return { lab, agentVars, notes: report.notes, diagnostics: report.diagnostics };
}

/** Files of `group_vars` and `host_vars` for whom the inventory does not have. */
function tellUnread(files: readonly InventoryFile[], { groups, hosts }: Inventory, report: ImportReport): void {
  for (const { path, of } of files)
    if (of && !(of.kind === 'group' ? groups : hosts).has(of.name))
      report.note({ id: 'vars-of-nobody', kind: 'dropped', what: path, why: `the inventory has no ${of.kind} ${of.name}`, at: { path, line: 1, column: 1 } });
}

function agentInventory(type: string): AgentInventory | undefined {
  return Object.values(AGENT_INVENTORIES).find(({ method }) => method === type);
}

function checkTogether(clusters: readonly FoundCluster[], report: ImportReport): void {
  const [first, ...others] = clusters;
  for (const { name, domain } of others)
    if (domain.value !== first!.domain.value)
      report.refuse(
        'two-domains',
        `${name} is in domain ${domain.value}, ${first!.name} in ${first!.domain.value}; a lab has one`,
        'import them as two labs',
        domain.at,
      );
}

interface Attempt extends Keeping {
  /** Only when the plan gives nodes the addresses that they are to have anyway. */
  readonly sameAddresses?: true;
  readonly id?: string;
  readonly words?: string;
}

const ATTEMPTS: readonly Attempt[] = [
  { vips: true, identities: true, addresses: false, sameAddresses: true },
  { vips: true, identities: true, addresses: true },
  { vips: false, identities: true, addresses: true, id: 'vips-conflict', words: 'VIPs' },
  { vips: true, identities: true, addresses: false, id: 'addresses-conflict', words: 'addresses of single nodes' },
  { vips: false, identities: true, addresses: false, id: 'vips-conflict', words: 'VIPs and addresses of single nodes' },
  { vips: true, identities: false, addresses: false, id: 'identity-conflict', words: 'addresses of single nodes, MACs and UUIDs' },
  { vips: false, identities: false, addresses: false, id: 'identity-conflict', words: 'VIPs, addresses of single nodes, MACs and UUIDs' },
];

/** Gives up identities of the inventory, the fewest first, until the lab plans. */
function planned(name: string, clusters: readonly FoundCluster[], report: ImportReport): ComposedLab | undefined {
  let why: Diagnostic | undefined;
  for (const attempt of ATTEMPTS) {
    const scratch = importReport();
    const roomy = composeLab(name, clusters, attempt, scratch);
    const result = plan(roomy);
    const fitted = result.plan && fitServers(roomy, result.plan, scratch);
    const final = fitted && plan(fitted);
    why ??= [...result.diagnostics, ...(final?.diagnostics ?? [])].find(({ severity }) => severity === 'error');
    if (!final?.plan || (attempt.sameAddresses && !givesAddresses(final.plan, fitted!))) continue;
    report.notes.push(...scratch.notes);
    report.diagnostics.push(...scratch.diagnostics);
    const at = clusters.find(({ vips }) => vips)?.vips?.api.at ?? clusters[0]!.at;
    if (attempt.id !== undefined && attempt.words !== undefined)
      report.warn(
        attempt.id,
        `${attempt.words} of the inventory do not fit a lab: ${why?.message ?? 'it does not plan'}`,
        'nothing to do: the lab derives them',
        at,
      );
    return fitted;
  }
  report.refuse('does-not-plan', `no lab can be planned from this: ${why?.message ?? ''}`, why?.hint ?? 'correct the inventory', clusters[0]!.at);
  return undefined;
}

function givesAddresses({ clusters }: LabPlan, { addresses }: ComposedLab): boolean {
  const planned = new Map(clusters.flatMap(({ name, nodes }) => nodes.map((node) => [`${name}/${node.name}`, node.addresses[0]])));
  return addresses.every(([cluster, node, address]) => planned.get(`${cluster}/${node}`) === address);
}

function plan(composed: ComposedLab): PlanResult & { readonly plan: LabPlan | undefined } {
  return planLab('lab.yml', writeLabFile(composed, []), EMPTY_LOCK);
}
