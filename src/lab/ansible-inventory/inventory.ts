import type { FilePosition } from '../../util/errors.ts';
import type { KeyPath } from '../../util/source-file.ts';

/** A variable as somebody wrote it: text in it may still hold Jinja expressions. */
export interface Variable {
  readonly value: unknown;
  /** Where it stands; `keys` lead into a list or map. In an INI file all of it stands on one line. */
  readonly at: (keys?: KeyPath) => FilePosition;
}

export type Variables = ReadonlyMap<string, Variable>;

export interface Group {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly vars: Map<string, Variable>;
  /** Of files in `group_vars`. */
  readonly folderVars: Map<string, Variable>;
}

/** What a host's own lines say; a host in no group but `all` is `ungrouped`, as Ansible has it. */
export interface Host {
  readonly vars: Map<string, Variable>;
  /** Of files in `host_vars`. */
  readonly folderVars: Map<string, Variable>;
  readonly at: FilePosition;
}

/** An Ansible inventory, of one file or several: later files win. */
export interface Inventory {
  readonly groups: Map<string, Group>;
  readonly hosts: Map<string, Host>;
}

export function emptyInventory(): Inventory {
  const inventory: Inventory = { groups: new Map(), hosts: new Map() };
  groupNamed(inventory, 'all');
  return inventory;
}

/** The group of that name, made when it is not there yet. */
export function groupNamed(inventory: Inventory, name: string): Group {
  const found = inventory.groups.get(name);
  if (found) return found;
  const group: Group = { hosts: new Set(), children: new Set(), vars: new Map(), folderVars: new Map() };
  inventory.groups.set(name, group);
  return group;
}

/** The host of that name, made when it is not there yet, as a member of a group. */
export function hostNamed(inventory: Inventory, name: string, group: string, at: FilePosition): Host {
  groupNamed(inventory, group).hosts.add(name);
  const found = inventory.hosts.get(name);
  if (found) return found;
  const host: Host = { vars: new Map(), folderVars: new Map(), at };
  inventory.hosts.set(name, host);
  return host;
}

/** Hosts of a group and of its children, in the order they are written; none when there is no such group. */
export function hostsOf(inventory: Inventory, name: string): string[] {
  if (name === 'all') return [...inventory.hosts.keys()];
  const [seen, hosts] = [new Set<string>(), new Set<string>()];
  const walk = (one: string): void => {
    const group = inventory.groups.get(one);
    if (!group || seen.has(one)) return;
    seen.add(one);
    for (const host of group.hosts) hosts.add(host);
    for (const child of group.children) walk(child);
  };
  walk(name);
  return [...hosts];
}

/**
 * The variables of a host with those of its groups, as Ansible gives precedence: `all`, then groups by their depth below it, by
 * name where the depth is the same (and by `ansible_group_priority` before that), then the host's own. Files in `group_vars` and
 * `host_vars` win over what inventories say of `all`, of all other groups, and of hosts, each as a whole.
 */
export function varsOfHost(inventory: Inventory, host: string): Map<string, Variable> {
  const groups = groupsOf(inventory, host).flatMap(([name, group]) => (name === 'all' ? [] : [group]));
  const own = inventory.hosts.get(host);
  const layers = [
    allVars(inventory),
    ...groups.map(({ vars }) => vars),
    ...groups.map(({ folderVars }) => folderVars),
    ...(own ? [own.vars, own.folderVars] : []),
  ];
  return new Map(layers.flatMap((layer) => [...layer]));
}

/** The variables of group `all`. */
export function allVars({ groups }: Inventory): Map<string, Variable> {
  const all = groups.get('all');
  return new Map([...(all?.vars ?? []), ...(all?.folderVars ?? [])]);
}

/** Names and groups that a host belongs to, the weakest first. */
export function groupsOf(inventory: Inventory, host: string): [string, Group][] {
  const depths = depthsOf(inventory);
  const member = membership(inventory, host);
  const priority = ([, group]: [string, Group]): number =>
    Number((group.folderVars.get('ansible_group_priority') ?? group.vars.get('ansible_group_priority'))?.value ?? 1);
  return [...inventory.groups]
    .filter(([name]) => member.has(name))
    .toSorted((a, b) => (depths.get(a[0]) ?? 1) - (depths.get(b[0]) ?? 1) || priority(a) - priority(b) || (a[0] < b[0] ? -1 : 1));
}

/** Its own groups, those above them, and `all`. Upwards from the host: large groups are not listed for each of their hosts. */
function membership(inventory: Inventory, host: string): ReadonlySet<string> {
  const member = new Set<string>(['all']);
  const up = (name: string): void => {
    if (member.has(name)) return;
    member.add(name);
    for (const [above, { children }] of inventory.groups) if (children.has(name)) up(above);
  };
  for (const [name, { hosts }] of inventory.groups) if (hosts.has(host)) up(name);
  return member;
}

/** How far below `all` each group is: a group of no other stands directly below it. */
function depthsOf(inventory: Inventory): Map<string, number> {
  const depths = new Map<string, number>([['all', 0]]);
  const sink = (name: string, depth: number, above: readonly string[]): void => {
    if (above.includes(name)) return;
    if (name !== 'all' && (depths.get(name) ?? 0) < depth) depths.set(name, depth);
    for (const child of inventory.groups.get(name)?.children ?? []) sink(child, depth + 1, [...above, name]);
  };
  for (const name of inventory.groups.keys()) if (name !== 'all') sink(name, 1, []);
  sink('all', 0, []);
  return depths;
}
