import type { Diagnostic } from '../../util/diagnostic.ts';
import type { FilePosition } from '../../util/errors.ts';
import { hostNames } from './host-names.ts';
import { groupNamed, hostNamed, type Inventory, type Variable } from './inventory.ts';
import { pythonLiteral } from './python-literal.ts';
import { shellSplit } from './shell-split.ts';

type Section = { readonly group: string; readonly state: 'hosts' | 'vars' | 'children' };

interface Line {
  readonly text: string;
  /** Of a column in the trimmed text, 1-based. */
  readonly at: (column?: number) => FilePosition;
  readonly refuse: (id: string, message: string, hint: string, column?: number) => void;
  readonly warn: (id: string, message: string, hint: string, column?: number) => void;
}

/** Adds what an INI inventory says, line by line as Ansible's `ini` plugin reads it; lines that Ansible refuses are diagnostics. */
export function readIni(inventory: Inventory, path: string, text: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  let section: Section | undefined = { group: 'ungrouped', state: 'hosts' };
  for (const [index, raw] of text.split('\n').entries()) {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const indent = raw.indexOf(trimmed[0]!);
    const at = (column = 1): FilePosition => ({ path, line: index + 1, column: indent + column });
    const tell =
      (severity: Diagnostic['severity']): Line['refuse'] =>
      (id, message, hint, column) => {
        found.push({ id, severity, message, hint, at: at(column) });
      };
    const line: Line = { text: trimmed, at, refuse: tell('error'), warn: tell('warning') };
    if (trimmed.startsWith('[')) section = readSection(inventory, line);
    else if (section?.state === 'hosts') readHosts(inventory, section.group, line);
    else if (section?.state === 'vars') readVariable(inventory, section.group, line);
    else if (section?.state === 'children') readChild(inventory, section.group, line);
  }
  return found;
}

function readSection(inventory: Inventory, line: Line): Section | undefined {
  const [, group, state = 'hosts'] = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line.text) ?? [];
  if (group === undefined) {
    line.refuse('bad-section', `"${line.text}" is no section`, 'write [GROUP], [GROUP:vars] or [GROUP:children], without spaces');
    return undefined;
  }
  if (state !== 'hosts' && state !== 'vars' && state !== 'children') {
    line.refuse('bad-section', `section [${group}:${state}] has an unknown type`, 'write [GROUP], [GROUP:vars] or [GROUP:children]');
    return undefined;
  }
  groupNamed(inventory, group);
  return { group, state };
}

function readHosts(inventory: Inventory, group: string, line: Line): void {
  const words = shellSplit(line.text);
  if (!words) return line.refuse('bad-quotes', 'a quote is not closed', 'close it, or write the value without quotes');
  const [first, ...rest] = words;
  if (!first) return undefined;
  const hosts = hostNames(first.word);
  if (!hosts) return line.refuse('bad-range', `"${first.word}" is no host or range of hosts`, 'write a range as master-[0:2]');
  const vars = new Map<string, Variable>();
  if (hosts.port !== undefined) vars.set('ansible_port', { value: hosts.port, at: () => line.at() });
  for (const { word, column } of rest) {
    const equals = word.indexOf('=');
    if (equals === -1) {
      line.refuse('bad-assignment', `"${word}" is no KEY=VALUE`, 'write KEY=VALUE without spaces around =, with quotes around a value that has spaces', column);
      continue;
    }
    const name = word.slice(0, equals);
    // A column of the line as written: quotes inside a word move nothing before it.
    vars.set(name, { value: valueOf(word.slice(equals + 1)), at: () => line.at(column) });
  }
  for (const name of hosts.names) {
    const host = hostNamed(inventory, name, group, line.at());
    for (const [key, variable] of vars) host.vars.set(key, variable);
  }
}

function readVariable(inventory: Inventory, group: string, line: Line): void {
  const equals = line.text.indexOf('=');
  if (equals === -1) return line.refuse('bad-assignment', `"${line.text}" is no KEY=VALUE`, `write KEY=VALUE in [${group}:vars]`);
  const name = line.text.slice(0, equals).trim();
  let written = line.text.slice(equals + 1).trim();
  if (written.startsWith('=')) {
    // In DCI's sample for SNO on bare metal: Ansible takes "= baremetal" for the value, and no condition holds.
    line.warn(
      'double-equals',
      `"==" assigns nothing in an inventory: Ansible reads "${written}" as the value of ${name}`,
      `write ${name}=${written.slice(1).trim()}`,
      equals + 1,
    );
    written = written.slice(1).trim();
  }
  const value = valueOf(written);
  const comment = typeof value === 'string' ? /\s#.*$/.exec(written) : null;
  if (comment && value === written) {
    line.warn(
      'comment-in-value',
      `Ansible reads the comment as part of the value of ${name}`,
      'write comments on lines of their own',
      equals + 2 + comment.index,
    );
    groupNamed(inventory, group).vars.set(name, { value: valueOf(written.slice(0, comment.index).trim()), at: () => line.at() });
  } else groupNamed(inventory, group).vars.set(name, { value, at: () => line.at() });
  return undefined;
}

function readChild(inventory: Inventory, group: string, line: Line): void {
  const [, child] = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line.text) ?? [];
  if (child === undefined) return line.refuse('bad-group', `"${line.text}" is no name of a group`, `write one group a line in [${group}:children]`);
  groupNamed(inventory, child);
  groupNamed(inventory, group).children.add(child);
  return undefined;
}

function valueOf(written: string): unknown {
  const literal = pythonLiteral(written);
  return literal ? literal.value : written;
}
