import { allVars, groupsOf, hostsOf, varsOfHost, type Inventory, type Variable } from '../../lab/ansible-inventory/inventory.ts';
import { resolveVars, type ResolvedVariable, type ResolvedVariables } from '../../lab/ansible-inventory/resolve-vars.ts';
import { isOn, scalarText } from '../../lab/ansible-inventory/scalar-text.ts';
import { isRecord } from '../../util/is-record.ts';
import type { FilePosition } from '../../util/errors.ts';
import type { KeyPath } from '../../util/source-file.ts';
import type { Found } from './found-cluster.ts';
import type { ImportReport } from './import-report.ts';

/** Reads variables and remembers which were read: what is left at the end is told to the user. */
export interface InventoryReader {
  readonly inventory: Inventory;
  /** Of the whole inventory, for positions of what is missing. */
  readonly start: FilePosition;
  /** Names of what was read: `cluster`, `hosts[].networks[].mac`. */
  readonly used: Set<string>;
  readonly cluster: VarsReader;
  /** A variable of the cluster with its expressions evaluated as far as they can be. */
  readonly value: (name: string) => unknown;
  readonly host: (name: string) => VarsReader;
  readonly hosts: (group: string) => string[];
  readonly inGroup: (host: string, group: string) => boolean;
}

/** Every answer is undefined when there is none; what only Ansible can evaluate is a diagnostic with its line, and then undefined. */
export interface VarsReader {
  readonly has: (name: string) => boolean;
  readonly text: (name: string) => Found<string> | undefined;
  readonly flag: (name: string) => boolean;
  readonly number: (name: string) => number | undefined;
  readonly list: (name: string) => readonly ItemReader[];
  readonly map: (name: string) => ItemReader | undefined;
}

/** One map inside a variable. */
export interface ItemReader {
  readonly at: FilePosition;
  readonly text: (key: string) => Found<string> | undefined;
  readonly number: (key: string) => number | undefined;
  readonly flag: (key: string) => boolean;
  readonly list: (key: string) => readonly ItemReader[];
  readonly map: (key: string) => ItemReader | undefined;
  readonly keys: () => readonly string[];
}

export function inventoryReader(inventory: Inventory, start: FilePosition, report: ImportReport): InventoryReader {
  const used = new Set<string>();
  const told = new Set<ResolvedVariable>();
  const reader = (vars: ResolvedVariables): VarsReader => varsReader(vars, { used, told, report });
  const readers = new Map<string, VarsReader>();
  const host = (name: string): VarsReader => {
    const known =
      readers.get(name) ??
      reader(resolveVars(varsOfHost(inventory, name), { inventory_hostname: name, group_names: groupsOf(inventory, name).map(([group]) => group) }));
    readers.set(name, known);
    return known;
  };
  const cluster = resolveVars(clusterVars(inventory));
  return {
    inventory,
    start,
    used,
    cluster: reader(cluster),
    value: (name) => cluster.get(name)?.value,
    host,
    hosts: (group) => hostsOf(inventory, group),
    inGroup: (name, group) => hostsOf(inventory, group).includes(name),
  };
}

/** Of all hosts, then what some host has on its own and all others lack: samples put cluster variables anywhere. */
function clusterVars(inventory: Inventory): Map<string, Variable> {
  const vars = new Map<string, Variable>();
  for (const group of ['provisioner', 'provisioners', 'vm_host', 'vm_hosts', 'masters'])
    for (const host of hostsOf(inventory, group).slice(0, 1))
      for (const [name, variable] of varsOfHost(inventory, host)) if (!vars.has(name)) vars.set(name, variable);
  for (const [name, variable] of allVars(inventory)) vars.set(name, variable);
  return vars;
}

interface Reading {
  readonly used: Set<string>;
  readonly told: Set<ResolvedVariable>;
  readonly report: ImportReport;
}

function varsReader(vars: ResolvedVariables, reading: Reading): VarsReader {
  const item = (name: string): ItemReader | undefined => {
    const variable = vars.get(name);
    return variable && itemReader({ [name]: variable.value }, { name: '', variable, keys: [], reading });
  };
  return {
    has: (name) => vars.has(name),
    text: (name) => item(name)?.text(name),
    flag: (name) => item(name)?.flag(name) ?? false,
    number: (name) => item(name)?.number(name),
    list: (name) => item(name)?.list(name) ?? [],
    map: (name) => item(name)?.map(name),
  };
}

interface Inside {
  /** `hosts[].networks[]`; empty where the map is the variables themselves, whose names are no part of a position. */
  readonly name: string;
  readonly variable: ResolvedVariable;
  readonly keys: KeyPath;
  readonly reading: Reading;
}

function itemReader(map: Readonly<Record<string, unknown>>, inside: Inside): ItemReader {
  const { name, variable, keys, reading } = inside;
  const path = (key: string): KeyPath => (name === '' ? keys : [...keys, key]);
  const read = (key: string): string => {
    const full = name === '' ? key : `${name}.${key}`;
    reading.used.add(full);
    return full;
  };
  const known = (key: string): boolean => !unresolved(inside, path(key));
  const text = (key: string): Found<string> | undefined => {
    read(key);
    const value = scalarText(map[key]);
    return value === undefined || value === '' || !known(key) ? undefined : { value, at: variable.at(path(key)) };
  };
  return {
    at: variable.at(keys),
    text,
    number: (key) => {
      const found = text(key);
      return found && Number.isFinite(Number(found.value)) ? Number(found.value) : undefined;
    },
    flag: (key) => isOn(text(key)?.value),
    list: (key) => {
      const value = map[key];
      const full = read(key);
      if (!Array.isArray(value)) return [];
      return value.flatMap((one: unknown, index) => (isRecord(one) ? [itemReader(one, { ...inside, name: `${full}[]`, keys: [...path(key), index] })] : []));
    },
    map: (key) => {
      const value = map[key];
      const full = read(key);
      return isRecord(value) ? itemReader(value, { ...inside, name: full, keys: path(key) }) : undefined;
    },
    keys: () => Object.keys(map),
  };
}

/** Tells once for each variable what in it only a run of Ansible knows. */
function unresolved({ variable, reading: { told, report } }: Inside, keys: KeyPath): boolean {
  const found = variable.unresolved.filter((one) => one.keys.length === keys.length && one.keys.every((key, index) => keys[index] === key));
  for (const { text, problem, at } of found) {
    if (told.has(variable)) continue;
    report.warn('unresolved-expression', `${text} cannot be resolved: ${problem}`, 'write the value itself if the lab file should have it', at);
    told.add(variable);
  }
  return found.length > 0;
}
