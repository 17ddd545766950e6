import { Command } from 'commander';
import { hubDefinitions } from '../rehearsal/definitions/hub-definitions.ts';
import { readCase } from '../rehearsal/replay/read-case.ts';
import { replayCase, type Verdict } from '../rehearsal/replay/replay-case.ts';

const EXAMPLES = `
Each case is played on a simulated hub of its own, in simulated time: its inputs are created, its script or test actions are
done again, and what our controllers make of them is compared with what the real ones did.
The verdict is same for a legal order of what was recorded; differs, with the first difference (t in milliseconds); or
out-of-scope, with the reason.
Exit codes: 0 all the same or out of scope, 1 one differs, 2 a file cannot be read.

Examples:
  labwright rehearsal replay recorded/metal3/*.json
  labwright rehearsal replay recorded/assisted/sno-success.json --crds crds
  labwright rehearsal replay recorded/siteconfig/*.json --json | jq '.[] | select(.verdict != "same")'
`;

/** `labwright rehearsal replay CASE.json…`. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('play recorded cases of real hub controllers against ours, and compare')
    .argument('<case...>', 'files of recorded behaviour, one case each')
    .option('--crds <dir>', 'real CustomResourceDefinitions, in place of ours')
    .option('--json', 'print [{case, verdict, first?, reason?}] as JSON instead of a line per case')
    .addHelpText('after', EXAMPLES)
    .action(replay);
}

async function replay(paths: readonly string[], options: { readonly crds?: string; readonly json?: boolean }): Promise<void> {
  const definitions = hubDefinitions(options.crds);
  // A file that cannot be read is said before anything is played.
  const cases = await Promise.all(paths.map(readCase));
  const verdicts: Verdict[] = [];
  for (const recorded of cases) {
    const verdict = await replayCase(definitions, recorded);
    verdicts.push(verdict);
    if (!options.json) process.stdout.write(`${lineOf(verdict)}\n`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(verdicts, null, 2)}\n`);
  if (verdicts.some(({ verdict }) => verdict === 'differs')) process.exitCode = 1;
}

function lineOf(verdict: Verdict): string {
  const said = `${verdict.verdict.padEnd('out-of-scope'.length)}  ${verdict.case}`;
  if (verdict.verdict === 'same') return said;
  if (verdict.verdict === 'out-of-scope' || !verdict.first) return `${said}: ${verdict.reason}`;
  const { t, object, expected, got } = verdict.first;
  return `${said}: at ${t} ms ${object}: expected ${expected}; got ${got}`;
}
