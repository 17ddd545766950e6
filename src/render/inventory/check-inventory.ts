import { allVars, groupsOf, hostsOf, varsOfHost, type Inventory } from '../../lab/ansible-inventory/inventory.ts';
import { isOn, scalarText } from '../../lab/ansible-inventory/scalar-text.ts';
import { resolveVars, type ResolvedVariable, type ResolvedVariables } from '../../lab/ansible-inventory/resolve-vars.ts';
import { isRecord } from '../../util/is-record.ts';
import type { FilePosition } from '../../util/errors.ts';
import type { KeyPath } from '../../util/source-file.ts';
import type { AgentGroup, AgentInventory, AgentVariable, Condition } from './agent-variable.ts';
import { wrongForm } from './value-form.ts';

/**
 * What an inventory has of one variable. It is *set*, or *wrong* (of a wrong form, or twice where each host needs its own), *missing*
 * where the agent needs it, or *absent* where the agent does without: `note` says how.
 */
export interface CheckedVariable {
  readonly name: string;
  readonly topic: string;
  readonly need: 'required' | 'optional';
  readonly state: 'set' | 'wrong' | 'missing' | 'absent';
  readonly note: string;
  /** Where it stands, or one of those that are wrong. */
  readonly at?: FilePosition;
}

export interface InventoryCheck {
  readonly method: AgentInventory['method'];
  /** Groups first, as `[masters]`. */
  readonly variables: readonly CheckedVariable[];
  /** Nothing is missing or wrong. */
  readonly complete: boolean;
}

/** Compares an inventory with what the agent reads. Never holds a value: passwords are among them. */
export function checkInventory(inventory: Inventory, agent: AgentInventory): InventoryCheck {
  const scopes = new Map<string, readonly Scope[]>();
  const scopesOf = (groups: readonly string[]): readonly Scope[] => {
    const key = groups.join();
    const known =
      scopes.get(key) ??
      (groups.length === 0 ? [clusterScope(inventory)] : groups.flatMap((group) => hostsOf(inventory, group).map((host) => hostScope(inventory, host))));
    scopes.set(key, known);
    return known;
  };
  const variables = [
    ...agent.groups.map((group) => checkGroup(inventory, group)),
    ...agent.variables.map((variable) => checkVariable(agent, variable, scopesOf(variable.of))),
  ];
  return { method: agent.method, variables, complete: variables.every(({ state }) => state === 'set' || state === 'absent') };
}

interface Scope {
  /** undefined for the cluster. */
  readonly host: string | undefined;
  readonly groups: readonly string[];
  readonly vars: ResolvedVariables;
}

function hostScope(inventory: Inventory, host: string): Scope {
  const groups = groupsOf(inventory, host).map(([name]) => name);
  return { host, groups, vars: resolveVars(varsOfHost(inventory, host), { inventory_hostname: host, group_names: groups }) };
}

/** Variables of all hosts, with those of the provisioner and of the registry's host, which the roles read there. */
function clusterScope(inventory: Inventory): Scope {
  const vars = allVars(inventory);
  for (const group of ['registry_host', 'provisioner', 'provisioners'])
    for (const host of hostsOf(inventory, group).slice(0, 1)) for (const [name, variable] of varsOfHost(inventory, host)) vars.set(name, variable);
  for (const host of hostsOf(inventory, 'masters').slice(0, 1))
    for (const [name, variable] of varsOfHost(inventory, host)) if (!vars.has(name)) vars.set(name, variable);
  return { host: undefined, groups: [], vars: resolveVars(vars) };
}

function checkGroup(inventory: Inventory, { name, need, meaning }: AgentGroup): CheckedVariable {
  const row = { name: `[${name}]`, topic: 'groups', need: need === 'optional' ? 'optional' : 'required' } as const;
  const hosts = hostsOf(inventory, name).length;
  if (hosts > 0) return { ...row, state: 'set', note: `${hosts} host${hosts === 1 ? '' : 's'}: ${meaning}` };
  if (need === 'declared' && inventory.groups.has(name)) return { ...row, state: 'set', note: meaning };
  return { ...row, state: need === 'optional' ? 'absent' : 'missing', note: meaning };
}

function checkVariable(agent: AgentInventory, variable: AgentVariable, scopes: readonly Scope[]): CheckedVariable {
  const { name, topic, need, since } = variable;
  const applies = scopes.filter((scope) => need.kind === 'required' && (need.when === undefined || holds(agent, need.when, scope)));
  const row = { name, topic, need: applies.length > 0 ? 'required' : 'optional' } as const;
  const found = scopes.flatMap((scope) => valuesOf(variable.name, scope).map((one) => ({ ...one, host: scope.host })));
  const wrong = found.flatMap(({ value, at, host }) => {
    const problem = value === undefined ? undefined : wrongForm(value, variable.form);
    // Empty is how the samples leave out what is not needed.
    return problem === undefined || (problem === 'empty' && row.need === 'optional')
      ? []
      : [{ at, note: host === undefined ? problem : `${problem} on ${host}` }];
  });
  if (wrong[0]) return { ...row, state: 'wrong', note: wrong[0].note, at: wrong[0].at };
  const twice = variable.unique && repeated(found);
  if (twice) return { ...row, state: 'wrong', note: twice.note, at: twice.at };
  const lacking = applies.filter((scope) => !has(variable.name, scope));
  const words = `${need.kind === 'required' ? (need.words ?? '') : need.otherwise}${since === undefined ? '' : ` (OpenShift ${since} and later)`}`.trim();
  if (lacking.length > 0) {
    const hosts = lacking.flatMap(({ host }) => host ?? []);
    return { ...row, state: 'missing', note: [words, hosts.length > 0 ? `not on ${hosts.join(', ')}` : ''].filter(Boolean).join('; ') };
  }
  const here = found.find(({ value }) => value !== undefined && value !== '' && value !== null);
  if (!here) return { ...row, state: 'absent', note: need.kind === 'required' ? `needed ${words}`.replace(/ $/, '') : words };
  return { ...row, state: 'set', note: found.some(({ unresolved }) => unresolved) ? 'Ansible evaluates it' : '', at: here.at };
}

interface FoundValue {
  /** undefined where a part of the path is not there. */
  readonly value: unknown;
  readonly at: FilePosition;
  readonly unresolved: boolean;
}

/** `hosts[].networks[].mac` in every element. */
function valuesOf(name: string, { vars }: Scope): FoundValue[] {
  const [first = '', ...rest] = name.split('[].');
  const variable = vars.get(first);
  if (!variable) return [];
  return walk(variable, variable.value, rest, []);
}

function walk(variable: ResolvedVariable, value: unknown, rest: readonly string[], keys: KeyPath): FoundValue[] {
  const [next, ...more] = rest;
  if (next === undefined)
    return [{ value, at: variable.at(keys), unresolved: variable.unresolved.some((one) => keys.every((key, index) => one.keys[index] === key)) }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((element: unknown, index) => walk(variable, isRecord(element) ? element[next] : undefined, more, [...keys, index, next]));
}

function has(name: string, scope: Scope): boolean {
  const found = valuesOf(name, scope);
  return found.length > 0 && found.every(({ value }) => value !== undefined && value !== '' && value !== null);
}

function repeated(found: readonly (FoundValue & { readonly host: string | undefined })[]): { readonly note: string; readonly at: FilePosition } | undefined {
  const owners = new Map<string, string | undefined>();
  for (const { value, at, host, unresolved } of found) {
    const text = scalarText(value)?.toLowerCase();
    if (unresolved || text === undefined) continue;
    if (owners.has(text)) return { note: `${host} has the same as ${owners.get(text)}`, at };
    owners.set(text, host);
  }
  return undefined;
}

function holds(agent: AgentInventory, { variable, is, set, group }: Condition, scope: Scope): boolean {
  if (group !== undefined && !scope.groups.includes(group)) return false;
  if (variable === undefined) return true;
  const value = scope.vars.get(variable)?.value;
  if (set) return value !== undefined && value !== '';
  if (typeof is === 'boolean') return isOn(value) === is;
  const row = agent.variables.find(({ name }) => name === variable);
  return (scalarText(value) ?? (row?.need.kind === 'optional' ? row.need.otherwise : '')) === is;
}
