import type { ScalarTag } from 'yaml';
import type { Diagnostic } from '../../util/diagnostic.ts';
import { isRecord } from '../../util/is-record.ts';
import { parseSource, type Dialect, type KeyPath, type SourceFile } from '../../util/source-file.ts';
import { hostNames } from './host-names.ts';
import { groupNamed, hostNamed, type Inventory, type Variable } from './inventory.ts';

/** What a value encrypted with ansible-vault is here: nobody but Ansible can read it. */
export interface Vaulted {
  readonly __ansible_vault: string;
}

export function isVaulted(value: unknown): value is Vaulted {
  return isRecord(value) && '__ansible_vault' in value;
}

const OWN_TAGS: ScalarTag[] = [
  { tag: '!vault', resolve: (text) => ({ __ansible_vault: text }) },
  { tag: '!unsafe', resolve: (text) => text },
  // PyYAML's only departure from the boolean words of YAML 1.1.
  { tag: 'tag:yaml.org,2002:str', default: true, test: /^[yYnN]$/, resolve: (text) => text },
];

/** As PyYAML: `yes` and `on` are true, `012` is 10. */
const PYYAML: Dialect = { version: '1.1', customTags: (tags) => [...OWN_TAGS, ...tags] };

export function parseAnsibleYaml(path: string, text: string): { readonly source: SourceFile | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const { value, diagnostics } = parseSource(path, text, PYYAML);
  return { source: value, diagnostics };
}

/** Is every key of the file a group? Otherwise it holds variables, as a file in `group_vars/` does. */
function holdsGroups(source: SourceFile): boolean {
  const keys = ['hosts', 'vars', 'children'];
  const isGroup = (value: unknown): boolean => value === null || (isRecord(value) && Object.keys(value).every((key) => keys.includes(key)));
  return isRecord(source.value) && Object.keys(source.value).length > 0 && Object.values(source.value).every(isGroup);
}

/** Adds what a YAML inventory says, as Ansible's `yaml` plugin reads it; a file without groups holds variables of all hosts. */
export function readYaml(inventory: Inventory, source: SourceFile): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (!isRecord(source.value)) return found;
  if (!holdsGroups(source)) {
    readVars({ source, found }, groupNamed(inventory, 'all').vars, source.value, []);
    return found;
  }
  for (const [name, group] of Object.entries(source.value)) readGroup({ source, found }, inventory, name, group, [name]);
  return found;
}

/** Adds the variables of a file in `group_vars` or `host_vars`, YAML or JSON whatever its suffix; an empty one has none. */
export function readVarsFile(vars: Map<string, Variable>, path: string, text: string): readonly Diagnostic[] {
  const { source, diagnostics } = parseAnsibleYaml(path, text);
  if (!source || source.value === null) return diagnostics;
  const found = [...diagnostics];
  if (isRecord(source.value)) readVars({ source, found }, vars, source.value, []);
  else refuse({ source, found }, [], 'no-variables', 'the file holds no map of variables', 'write NAME: VALUE, one variable a line');
  return found;
}

interface Reading {
  readonly source: SourceFile;
  readonly found: Diagnostic[];
}

function readGroup(reading: Reading, inventory: Inventory, name: string, value: unknown, keys: KeyPath): void {
  const group = groupNamed(inventory, name);
  if (value === null) return;
  if (!isRecord(value)) return refuse(reading, keys, 'bad-group', `group ${name} is no map`, 'write hosts:, vars: and children: in it');
  for (const [part, content] of Object.entries(value)) {
    const here = [...keys, part];
    if (content === null) continue;
    if (part === 'vars' && isRecord(content)) readVars(reading, group.vars, content, here);
    else if (part === 'hosts' && isRecord(content))
      for (const [host, vars] of Object.entries(content)) readHost(reading, inventory, { name: host, group: name }, vars, [...here, host]);
    else if (part === 'children' && isRecord(content))
      for (const [child, inside] of Object.entries(content)) {
        group.children.add(child);
        readGroup(reading, inventory, child, inside, [...here, child]);
      }
    else refuse(reading, here, 'bad-group', `"${part}" of group ${name} is nothing that Ansible reads`, 'write hosts:, vars: and children: as maps');
  }
}

function readHost(
  reading: Reading,
  inventory: Inventory,
  { name, group }: { readonly name: string; readonly group: string },
  value: unknown,
  keys: KeyPath,
): void {
  const hosts = hostNames(name);
  if (!hosts) return refuse(reading, keys, 'bad-range', `"${name}" is no host or range of hosts`, 'write a range as master-[0:2]');
  if (value !== null && !isRecord(value))
    return refuse(reading, keys, 'bad-host', `host ${name} is no map of variables`, 'write its variables as a map, or nothing');
  for (const one of hosts.names) readVars(reading, hostNamed(inventory, one, group, reading.source.atKey(keys)).vars, value ?? {}, keys);
}

function readVars(reading: Reading, vars: Map<string, Variable>, values: Readonly<Record<string, unknown>>, keys: KeyPath): void {
  for (const [name, value] of Object.entries(values)) {
    const here = [...keys, name];
    vars.set(name, {
      value: mended(reading, value, here),
      at: (inside = []) => (inside.length === 0 ? reading.source.atKey(here) : reading.source.at([...here, ...inside])),
    });
  }
}

/** A MAC of decimal digits alone is a number of base 60 in YAML 1.1. */
function mended(reading: Reading, value: unknown, keys: KeyPath): unknown {
  if (Array.isArray(value)) return value.map((one, index) => mended(reading, one, [...keys, index]));
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mended(reading, one, [...keys, key])]));
  const written = typeof value === 'number' ? reading.source.rawText(keys) : undefined;
  if (written === undefined || !/^\d\d(:\d\d){5}$/.test(written)) return value;
  const message = `Ansible reads ${written} without quotes as the number ${String(value)}`;
  reading.found.push({ id: 'unquoted-mac', severity: 'warning', message, hint: `write "${written}"`, at: reading.source.at(keys) });
  return written;
}

function refuse(reading: Reading, keys: KeyPath, id: string, message: string, hint: string): void {
  reading.found.push({ id, severity: 'error', message, hint, at: reading.source.atKey(keys) });
}
