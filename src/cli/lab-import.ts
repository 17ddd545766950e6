import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { importLab, type ImportedLab } from '../render/import/import-lab.ts';
import type { ImportNote } from '../render/import/import-report.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { printDiagnostics } from './check-inventory.ts';
import { readInventoryFiles } from './read-inventory-files.ts';
import { table } from './table.ts';

const EXAMPLES = `
Reads DCI's inventories without Ansible, INI or YAML: ocp_on_libvirt's libvirt_resources.yml with its hosts, the inventory of the agent for IPI and UPI,
SNO in place, and the crucible-style one of ABI or the vars.yml that it is rendered from; a folder as Ansible reads it, with group_vars and host_vars.
Files that name the same cluster are one inventory; several clusters become one lab. What the lab file needs and no inventory says is guessed, with a comment; the report says what was guessed, kept and dropped.
Without --output the lab file is printed, and the report on stderr. Exit codes: 0 imported, 2 refused, with the line.

Examples:
  labwright lab import hosts libvirt_resources.yml > lab.yml
  labwright lab import server1/hosts server2/hosts --name pretty --output my-lab
  labwright lab import inventory/
  labwright lab inventory cluster1 --lab my-lab --vars my-lab/cluster1.agent-vars.yml
`;

interface Flags {
  readonly name?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** `labwright lab import FILE…`. */
export function labImportCommand(): Command {
  return new Command('import')
    .description("make a lab file out of DCI's inventories; contacts nothing, and overwrites nothing")
    .argument('<files...>', 'inventories or folders of them, with the files of variables that belong to them')
    .option('--name <lab>', 'what the lab is called (default: as its first cluster)')
    .option('--output <folder>', 'write lab.yml there, and the variables kept for the agent')
    .option('--json', 'print lab file, variables, notes and diagnostics as JSON')
    .addHelpText('after', EXAMPLES)
    .action(importFiles);
}

async function importFiles(paths: readonly string[], { name, output, json }: Flags): Promise<void> {
  const files = await readInventoryFiles(paths, 'name an inventory');
  const imported = importLab(files, name);
  if (!json) printDiagnostics(imported.diagnostics, files);
  if (json) process.stdout.write(`${JSON.stringify({ ...imported, agentVars: Object.fromEntries(imported.agentVars) }, null, 2)}\n`);
  if (imported.lab === undefined) {
    process.exitCode = 2;
    return;
  }
  if (output !== undefined) await write(output, imported);
  if (json) return;
  if (output === undefined) process.stdout.write(imported.lab);
  process.stderr.write(report(imported.notes));
}

async function write(folder: string, { lab, agentVars }: ImportedLab): Promise<void> {
  await mkdir(folder, { recursive: true });
  const texts: readonly (readonly [string, string])[] = [
    ['lab.yml', lab ?? ''],
    ...[...agentVars].map(([cluster, text]) => [`${cluster}.agent-vars.yml`, text] as const),
  ];
  const there = texts.map(([file]) => join(folder, file)).find(existsSync);
  if (there !== undefined) throw new LabwrightError('bad_input', `${there} is there already`, { hint: 'name a folder without one: nothing is overwritten' });
  for (const [file, text] of texts)
    await writeFile(join(folder, file), text, { flag: 'wx' }).catch((error: unknown) => {
      throw new LabwrightError('bad_input', `cannot write ${join(folder, file)}: ${messageOf(error)}`, {
        hint: 'name a folder without one: nothing is overwritten',
        cause: error,
      });
    });
}

function report(notes: readonly ImportNote[]): string {
  const where = ({ at }: ImportNote): string => (at ? `${at.path}:${at.line}` : '');
  const rows = (['guessed', 'kept', 'dropped'] as const).flatMap((kind) => notes.filter((one) => one.kind === kind));
  return `\n${table([['', 'WHAT', 'WHERE', 'WHY'], ...rows.map((one) => [one.kind, one.what, where(one), one.why])])}`;
}
