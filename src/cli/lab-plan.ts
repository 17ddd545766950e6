import { Command } from 'commander';
import { formatPlan } from './format-plan.ts';
import { planLabFile, writeLock } from './plan-lab-file.ts';

const EXAMPLES = `
The plan is recorded in lab.lock.json beside the lab file: commit both. A cluster in it never moves.

Examples:
  labwright lab plan examples/pretty-lab         a table, and what changed since the lock file
  labwright lab plan my-lab.yml --json | jq .changes
`;

/** `labwright lab plan PATH [--json]`. */
export function labPlanCommand(): Command {
  return new Command('plan')
    .description('allocate addresses and names, and record them in lab.lock.json; contacts nothing')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .option('--json', 'print the plan as JSON')
    .addHelpText('after', EXAMPLES)
    .action(plan);
}

async function plan(path: string, options: { readonly json?: boolean }): Promise<void> {
  const planned = await planLabFile(path);
  const { plan, lock, changes, diagnostics } = planned.result;
  if (!plan || !lock) {
    if (options.json) process.stdout.write(`${JSON.stringify({ lab: null, clusters: [], changes: [], diagnostics }, null, 2)}\n`);
    process.exitCode = 2;
    return;
  }
  const written = await writeLock(planned, lock);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...plan, changes, diagnostics }, null, 2)}\n`);
  else
    process.stdout.write(
      formatPlan(plan, changes, { columns: process.stdout.columns, lockPath: planned.lockPath, locked: planned.lockText !== undefined, written }),
    );
}
