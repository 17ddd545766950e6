import { parseAnsibleYaml } from '../lab/ansible-inventory/read-yaml.ts';
import { AGENT_INVENTORIES, knownVariables } from '../render/inventory/agent-inventories.ts';
import { closest } from '../util/closest.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { isRecord } from '../util/is-record.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { MAX_SOURCE_BYTES } from '../util/source-file.ts';
import { printDiagnostics } from './check-inventory.ts';
import { wrongForm } from '../render/inventory/value-form.ts';

/**
 * A file of variables for the agent. Each is checked against what the agent knows: a wrong form is a mistake, an unknown name a warning.
 *
 * @returns undefined after a mistake; diagnostics are printed.
 */
export async function readAgentVars(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readTextFile(path, { maxBytes: MAX_SOURCE_BYTES, hint: 'name a file of variables: --vars cluster1.agent-vars.yml' });
  const { source, diagnostics } = parseAnsibleYaml(path, text);
  const value: unknown = source?.value ?? {};
  const found: Diagnostic[] = [...diagnostics];
  const known = knownVariables();
  if (source && !isRecord(value))
    found.push({
      id: 'wrong-shape',
      severity: 'error',
      message: 'the file is no map of variables',
      hint: 'write http_proxy: …, one a line',
      at: source.at([]),
    });
  for (const [name, one] of Object.entries(isRecord(value) ? value : {})) {
    const row = Object.values(AGENT_INVENTORIES).flatMap(({ variables }) => variables.find((variable) => variable.name === name) ?? [])[0];
    const problem = row && wrongForm(one, row.form);
    if (problem !== undefined)
      found.push({ id: 'wrong-value', severity: 'error', message: `${name} is ${problem}`, hint: `write it as ${row?.form}`, at: source!.at([name]) });
    if (row) continue;
    const near = closest(name, known);
    found.push({
      id: 'unknown-variable',
      severity: 'warning',
      message: `${name} is not in the table of the agent's variables`,
      hint: near === undefined ? 'check its name' : `did you mean ${near}?`,
      at: source!.atKey([name]),
    });
  }
  printDiagnostics(found, [{ path, text }]);
  return source && isRecord(value) && found.every(({ severity }) => severity === 'warning') ? value : undefined;
}
