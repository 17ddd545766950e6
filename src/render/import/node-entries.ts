import type { FoundCluster, FoundSize } from './found-cluster.ts';
import type { ImportReport } from './import-report.ts';

/** What a lab calls each node: `master-0`, `worker-1`, in the inventory's order, VMs before bare metal. */
export function nodeNames({ nodes, name }: FoundCluster, report: ImportReport): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const counts = { master: 0, worker: 0 };
  for (const node of [...nodes.filter(({ metal }) => !metal), ...nodes.filter(({ metal }) => metal)])
    names.set(node.name, `${node.role}-${counts[node.role]++}`);
  const renamed = nodes.filter((node) => names.get(node.name) !== node.name);
  const [first] = renamed;
  if (first)
    report.note({
      id: 'renamed',
      kind: 'dropped',
      what: `names of ${renamed.map((node) => node.name).join(', ')}`,
      why: `nodes of ${name} are ${renamed.map((node) => names.get(node.name)).join(', ')} here`,
      at: first.at,
    });
  return names;
}

/** What is known of its VMs. */
export function machineEntries(
  { nodes }: FoundCluster,
  names: ReadonlyMap<string, string>,
  identities: ReadonlyMap<string, object>,
  pinned: ReadonlyMap<string, string>,
): Readonly<Record<string, object>> {
  const all = [...nodes.filter(({ metal }) => !metal).map(({ name }) => names.get(name)!), 'provisionhost', 'bootstrap'];
  return Object.fromEntries(
    all.flatMap((node) => {
      const address = pinned.get(node);
      const entry = { ...identities.get(node), ...(address === undefined ? {} : { address }) };
      return Object.keys(entry).length > 0 ? [[node, entry]] : [];
    }),
  );
}

/** One size for each role: the largest of its VMs. What the installer wants at the least is the plan's to keep. */
export function sizesOf({ nodes, provisionhost }: FoundCluster): Readonly<Record<string, object>> {
  const sized = (sizes: readonly FoundSize[]): object | undefined => {
    const most = (values: readonly (number | undefined)[]): number | undefined => {
      const known = values.filter((value) => value !== undefined && value > 0);
      return known.length === 0 ? undefined : Math.max(...(known as number[]));
    };
    const cpus = most(sizes.map((size) => size.cpus));
    const memory = most(sizes.map((size) => size.memoryMiB));
    const count = Math.min(8, Math.max(0, ...sizes.map((size) => size.disksGiB?.length ?? 0)));
    const disks = Array.from({ length: count }, (_, index) => `${Math.ceil(most(sizes.map((size) => size.disksGiB?.[index])) ?? 1)}GiB`);
    const size = {
      ...(cpus === undefined ? {} : { cpus }),
      ...(memory === undefined ? {} : { memory: memoryText(memory) }),
      ...(disks.length > 0 ? { disks } : {}),
    };
    return Object.keys(size).length > 0 ? size : undefined;
  };
  const vms = (role: string): FoundSize[] => nodes.filter((node) => node.role === role && !node.metal).map(({ size }) => size);
  const sizes = { master: sized(vms('master')), worker: sized(vms('worker')), provisionhost: provisionhost?.vm ? sized([provisionhost.size]) : undefined };
  return Object.fromEntries(Object.entries(sizes).filter((entry): entry is [string, object] => entry[1] !== undefined));
}

function memoryText(mebibytes: number): string {
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}GiB` : `${Math.ceil(mebibytes)}MiB`;
}
