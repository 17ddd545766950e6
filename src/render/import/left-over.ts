import { isOn } from '../../lab/ansible-inventory/scalar-text.ts';
import { isVaulted } from '../../lab/ansible-inventory/read-yaml.ts';
import type { Inventory, Variable } from '../../lab/ansible-inventory/inventory.ts';
import type { InventoryReader } from './inventory-reader.ts';
import { isRecord } from '../../util/is-record.ts';
import type { KeyPath } from '../../util/source-file.ts';
import type { AgentInventory } from '../inventory/agent-variable.ts';
import { PLANNED_VARIABLES } from '../inventory/planned-variables.ts';
import { droppedKey, droppedVariable } from './dropped-variables.ts';
import type { ImportReport } from './import-report.ts';

/**
 * Tells what became of every variable that no reader asked for: the agent's own that a plan does not give are kept for
 * `lab inventory --vars`; all others are dropped with a reason. Secrets are never kept.
 *
 * @returns those that are kept.
 */
export function leftOver(
  { inventory, used, value }: InventoryReader,
  needs: readonly string[],
  agent: AgentInventory | undefined,
  report: ImportReport,
): ReadonlyMap<string, unknown> {
  const kept = new Map<string, unknown>();
  for (const [name, variable] of variablesOf(inventory)) {
    const at = variable.at();
    const dropped = droppedVariable(name);
    const known = agent?.variables.find((one) => one.name === name);
    if (dropped?.warning && isOn(variable.value)) report.warn(dropped.id, dropped.why, dropped.warning, at);
    else if (dropped) report.note({ ...dropped, kind: 'dropped', what: name, at });
    else if (needs.includes(name)) kept.set(name, value(name));
    else if (used.has(name)) tellInside(name, variable, used, report);
    else if (PLANNED_VARIABLES.has(name))
      report.note({ id: 'planned-variable', kind: 'dropped', what: name, why: 'the plan gives it: lab inventory prints its own', at });
    else if (known?.secret || isVaulted(variable.value) || /password|secret|token|vault/i.test(name))
      report.note({ id: 'secret', kind: 'dropped', what: name, why: 'secrets are not copied', at });
    else if (known && known.of.some((group) => group === 'masters'))
      report.note({ id: 'host-variable', kind: 'dropped', what: name, why: 'it is of single nodes; write it into the host_vars of the agent', at });
    else if (known) {
      kept.set(name, value(name));
      report.note({ id: 'agent-variable', kind: 'kept', what: name, why: 'the agent reads it; a lab file has no place for it', at });
    } else report.note({ id: 'unknown-variable', kind: 'dropped', what: name, why: "neither a lab file nor the agent's table has it", at });
  }
  return kept;
}

/** Each name once, where it is said first. */
function variablesOf(inventory: Inventory): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable>();
  for (const vars of [...inventory.groups.values(), ...inventory.hosts.values()].flatMap((one) => [one.vars, one.folderVars]))
    for (const [name, variable] of vars) if (!found.has(name)) found.set(name, variable);
  return found;
}

/** Keys in lists and maps that nobody read, each once. */
function tellInside(name: string, variable: Variable, used: ReadonlySet<string>, report: ImportReport): void {
  const told = new Set<string>();
  const walk = (value: unknown, path: string, keys: KeyPath): void => {
    if (Array.isArray(value)) for (const [index, one] of value.entries()) walk(one, `${path}[]`, [...keys, index]);
    else if (isRecord(value))
      for (const [key, one] of Object.entries(value)) {
        const full = `${path}.${key}`;
        if (used.has(full)) walk(one, full, [...keys, key]);
        else if (!told.has(full)) {
          told.add(full);
          report.note({ ...droppedKey(key), kind: 'dropped', what: full, at: variable.at([...keys, key]) });
        }
      }
  };
  walk(variable.value, name, []);
}
