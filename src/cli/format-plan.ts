import type { LabPlan, PlanChange, PlannedCluster, PlannedNode } from '../lab/plan.ts';
import { table } from './table.ts';

interface FormatOptions {
  /** Width of the terminal; undefined when there is none. */
  readonly columns: number | undefined;
  readonly lockPath: string;
  /** Was there a lock file before? */
  readonly locked: boolean;
  readonly written: boolean;
}

const MARKS = { create: '+', update: '~', delete: '-' } as const;

/** A plan for people: one line per cluster where that fits, else one block; then what changed since the lock file. */
export function formatPlan(plan: LabPlan, changes: readonly PlanChange[], options: FormatOptions): string {
  const networks = plan.networks.map(({ cidr, cidr6 }) => (cidr6 === undefined ? cidr : `${cidr} and ${cidr6}`)).join(', ');
  const head = `${plan.lab} (${plan.domain}): ${networks}; ${count(plan.servers.length, 'server')}, ${count(plan.machines.length, 'machine')}, ${count(plan.clusters.length, 'cluster')}`;
  const rows = plan.clusters.map((cluster) => rowOf(plan, cluster));
  const lines = tableOf(rows);
  const fits = options.columns === undefined || lines.every((line) => line.length <= options.columns!);
  const body = fits ? lines : rows.flatMap(blockOf);
  return `${[head, '', ...body, '', ...changesOf(changes, options)].join('\n')}\n`;
}

interface Row {
  readonly cluster: string;
  readonly role: string;
  readonly topology: string;
  readonly slot: string;
  readonly api: string;
  readonly ingress: string;
  readonly masters: string;
  readonly workers: string;
  readonly on: string;
}

function rowOf(plan: LabPlan, cluster: PlannedCluster): Row {
  const servers = new Map(plan.machines.map(({ name, server }) => [name, server]));
  const homes = [...new Set(cluster.nodes.map(({ machine }) => servers.get(machine)!))].join(',');
  const of = (role: string) => shortAddresses(cluster.nodes.filter((node) => node.role === role));
  return {
    cluster: cluster.name,
    role: cluster.role === 'spoke' ? `spoke of ${cluster.hub}` : cluster.role,
    topology: cluster.topology,
    slot: cluster.slot === null ? `(${lenders(plan, cluster)})` : String(cluster.slot),
    api: cluster.vips.api,
    ingress: cluster.vips.ingress,
    masters: of('master'),
    workers: of('worker'),
    on: `${homes}${cluster.active ? '' : ' (inactive)'}`,
  };
}

function tableOf(rows: readonly Row[]): string[] {
  const keys = ['cluster', 'role', 'topology', 'slot', 'api', 'ingress', 'masters', 'workers', 'on'] as const;
  const cells = [keys.map((key) => key.toUpperCase()), ...rows.map((row) => keys.map((key) => row[key]))];
  return table(cells).trimEnd().split('\n');
}

function blockOf(row: Row): string[] {
  const place = row.slot.startsWith('(') ? `machines of ${row.slot.slice(1, -1)}` : `slot ${row.slot}`;
  const workers = row.workers === '-' ? '' : `  workers ${row.workers}`;
  return [`${row.cluster}: ${row.role}, ${row.topology}, ${place}, on ${row.on}`, `  api ${row.api}  ingress ${row.ingress}  masters ${row.masters}${workers}`];
}

/** Whose machines a cluster without a slot stands on. */
function lenders(plan: LabPlan, { nodes }: PlannedCluster): string {
  const homes = new Map(plan.machines.map(({ name, home }) => [name, home ?? name]));
  return [...new Set(nodes.map(({ machine }) => homes.get(machine)!))].join(',');
}

/** `.20-.22` for consecutive addresses of the first family; IPv6 keeps its last group. */
function shortAddresses(nodes: readonly PlannedNode[]): string {
  const last = nodes.map(({ addresses }) => addresses[0]!.replace(/^.*(?=[.:])/, ''));
  if (last.length === 0) return '-';
  const numbers = last.map((one) => Number.parseInt(one.slice(1), one.startsWith(':') ? 16 : 10));
  const runs: string[] = [];
  for (let start = 0; start < last.length;) {
    let end = start;
    while (end + 1 < last.length && numbers[end + 1] === numbers[end]! + 1) end++;
    runs.push(end === start ? last[start]! : `${last[start]}-${last[end]}`);
    start = end + 1;
  }
  return runs.join(',');
}

function changesOf(changes: readonly PlanChange[], { lockPath, locked, written }: FormatOptions): string[] {
  if (changes.length === 0) return [written ? `Nothing changes; wrote ${lockPath}.` : `Nothing changes since ${lockPath}.`];
  const lines = changes.map(
    ({ action, kind, name, consequence, detail }) => `  ${MARKS[action]} ${kind} ${name}: ${detail}${consequence === 'none' ? '' : ` (${consequence})`}`,
  );
  return [`${count(changes.length, 'change')}${locked ? ' since the lock file' : ', all new'}:`, ...lines, `Wrote ${lockPath}.`];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
