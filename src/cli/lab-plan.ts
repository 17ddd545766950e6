import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { EMPTY_LOCK, formatLock, LockFile, lockOf } from '../lab/lock.ts';
import { planLab } from '../lab/plan-lab.ts';
import type { LabPlan } from '../lab/plan.ts';
import { formatDiagnostic } from '../util/diagnostic.ts';
import { LabwrightError } from '../util/errors.ts';
import { readLab } from './read-lab.ts';

/** `labwright lab plan PATH [--json]`. */
export function labPlanCommand(): Command {
  return new Command('plan')
    .description('allocate addresses and names, and record them in lab.lock.json; contacts nothing')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .option('--json', 'print the plan as JSON')
    .action(plan);
}

async function plan(path: string, options: { readonly json?: boolean }): Promise<void> {
  const { labPath, text } = await readLab(path);
  const lockPath = join(dirname(labPath), 'lab.lock.json');
  const lockText = await readIfThere(lockPath);
  const result = planLab(labPath, text, lockText === undefined ? EMPTY_LOCK : parseLock(lockPath, lockText));
  const lines = text.split('\n');
  for (const one of result.diagnostics) process.stderr.write(`${formatDiagnostic(one, (_path, line) => lines[line - 1])}\n`);
  if (!result.plan) {
    if (options.json) process.stdout.write(`${JSON.stringify({ lab: null, clusters: [], changes: [], diagnostics: result.diagnostics })}\n`);
    process.exitCode = 2;
    return;
  }
  const next = formatLock(lockOf(result.plan));
  if (next !== lockText) {
    const draft = `${lockPath}.${process.pid}.tmp`;
    await writeFile(draft, next);
    await rename(draft, lockPath);
  }
  const { changes, diagnostics } = result;
  process.stdout.write(options.json ? `${JSON.stringify({ ...result.plan, changes, diagnostics }, null, 2)}\n` : table(result.plan));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseLock(path: string, text: string): LockFile {
  try {
    return LockFile.parse(JSON.parse(text));
  } catch (error) {
    throw new LabwrightError('bad_input', `${path} is not a lock file`, { hint: 'restore it from Git', cause: error });
  }
}

function table(lab: LabPlan): string {
  const rows = [['CLUSTER', 'ROLE', 'TOPOLOGY', 'SLOT', 'API', 'INGRESS', 'NODES']];
  for (const one of lab.clusters) {
    const nodes = one.nodes.map(({ name, addresses }) => `${name}=${addresses[0]}`).join(' ');
    rows.push([one.name, one.role, one.topology, String(one.slot ?? '-'), one.vips.api, one.vips.ingress, nodes]);
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
