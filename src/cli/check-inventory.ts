import { readInventory, type InventoryFile } from '../lab/ansible-inventory/read-inventory.ts';
import { AGENT_INVENTORIES, installType } from '../render/inventory/agent-inventories.ts';
import { METHODS, type Method } from '../render/inventory/agent-variable.ts';
import { checkInventory, type CheckedVariable, type InventoryCheck } from '../render/inventory/check-inventory.ts';
import { formatDiagnostic, type Diagnostic } from '../util/diagnostic.ts';
import { LabwrightError } from '../util/errors.ts';
import { table } from './table.ts';

/**
 * Says for each variable of the agent whether an inventory has it. What Ansible reads otherwise than it looks makes it incomplete too.
 *
 * Exit code 0 when complete, 1 when something is missing or wrong, 2 when the files are no inventory.
 */
export function printInventoryCheck(files: readonly InventoryFile[], options: { readonly method: Method | undefined; readonly json: boolean }): void {
  const { inventory, diagnostics } = readInventory(files);
  if (!options.json || !inventory) printDiagnostics(diagnostics, files);
  if (!inventory) {
    process.exitCode = 2;
    return;
  }
  const check = checkInventory(inventory, AGENT_INVENTORIES[options.method ?? declared(installType(inventory))]);
  const complete = check.complete && diagnostics.length === 0;
  if (options.json) process.stdout.write(`${JSON.stringify({ ...check, complete, diagnostics }, null, 2)}\n`);
  else process.stdout.write(text(check));
  if (!complete) process.exitCode = 1;
}

export function printDiagnostics(diagnostics: readonly Diagnostic[], files: readonly InventoryFile[]): void {
  const lines = new Map(files.map(({ path, text }) => [path, text.split('\n')]));
  const shown = diagnostics.map((one) => formatDiagnostic(one, (file, line) => lines.get(file)?.[line - 1]));
  if (shown.length > 0) process.stderr.write(`${shown.join('\n\n')}\n`);
}

/** `assisted` was removed from the agent in favour of ABI, with the same inventory (reference/lab-and-libvirt.md §1.6). */
function declared(type: string | undefined): Method {
  const method = type === 'assisted' ? 'abi' : (type ?? 'ipi');
  const found = METHODS.find((one) => one === method);
  if (found) return found;
  throw new LabwrightError('bad_input', `there is no table of variables for install_type ${method}`, { hint: `name another: --format ${METHODS.join('|')}` });
}

function text({ method, variables, complete }: InventoryCheck): string {
  const where = ({ at }: CheckedVariable): string => (at ? `${at.path}:${at.line}` : '');
  const body = table([['VARIABLE', 'NEED', 'STATE', 'WHERE', 'NOTE'], ...variables.map((one) => [one.name, one.need, one.state, where(one), one.note])]);
  const lacking = variables.filter(({ state }) => state === 'missing' || state === 'wrong');
  const set = variables.filter(({ state }) => state === 'set').length;
  const end = complete
    ? `complete for ${method}: nothing that dci-openshift-agent needs is missing; ${set} of ${variables.length} rows are set`
    : `not complete for ${method}: ${lacking.map(({ name, state }) => `${name} is ${state}`).join(', ')}`;
  return `${body}\n${end}\n`;
}
