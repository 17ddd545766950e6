import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { unlessAborted } from '../agent/unless-aborted.ts';
import { LabwrightError } from '../util/errors.ts';
import { createLog } from '../util/log.ts';
import { listFaults } from './house/list-faults.ts';
import { clearLeftRehearsals } from './house/clear-left-rehearsals.ts';
import { lockDataDir } from './house/lock-data-dir.ts';
import { makeDataDir, openHouse } from './house/open-house.ts';
import { outsideDestinations } from './house/outside-destinations.ts';
import { prepareRehearsal } from './house/prepare-rehearsal.ts';
import type { PreparedRehearsal } from './house/prepared-rehearsal.ts';
import { rehearsalReport } from './house/rehearsal-report.ts';
import { describeSites } from './house/sites-of-rehearsal.ts';
import { startRehearsal, worldDir } from './house/run-rehearsal.ts';
import { matrixResults } from './matrix/matrix-results.ts';
import { renderGrid } from './matrix/render-grid.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { collected, positiveNumber } from './options.ts';
import { showRun } from './tree/show-run.ts';
import { summary } from './tree/summary.ts';

interface RehearseOptions {
  readonly lab?: string;
  readonly fault: readonly string[];
  readonly seed: string;
  readonly speed?: number;
  readonly json?: boolean;
  readonly listFaults?: boolean;
  readonly keep?: boolean;
  readonly only: readonly string[];
  readonly list?: boolean;
}

const PREFIX = 'labwright-rehearse-';

const EXAMPLES = `
Exit codes: 0 all jobs succeeded, 1 a job failed, 2 a mistake in the input, 130 interrupted.

Examples:
  labwright rehearse examples/pretty-lab/daily.yml
  labwright rehearse examples/pretty-lab/daily.yml --fault bmc-password
  labwright rehearse examples/ztp-matrix.yml --only spoke=sno --only network=connected
  labwright rehearse examples/pretty-lab/daily.yml --fault host-never-boots@sno1/master-0 --json | jq .jobs
`;

/** `labwright rehearse PIPELINE`. */
export function command(): Command {
  return new Command('rehearse')
    .description('run a pipeline, or a matrix of use cases, against a simulated lab, in seconds and without hardware')
    .argument('[pipeline]', 'a pipeline file, or a matrix file')
    .option('--lab <path>', 'the lab file, or its folder (default: the one a matrix names, else lab.yml beside the file)')
    .option('--fault <name[@cluster[/node]]>', 'make something go wrong; may be repeated', collected, [])
    .option('--seed <n>', 'one seed, one story: the same times and power events', '1')
    .option('--speed <n>', 'at most so many simulated seconds per real one (default: as fast as possible)', positiveNumber)
    .option('--json', 'print the result as JSON, and nothing else')
    .option('--list-faults', 'print the faults there are')
    .option('--only <axis=value,…>', 'of a matrix, run only such cells; may be repeated', collected, [])
    .option('--list', 'print the cells of a matrix, and what excludes them, without running any')
    .option('--keep', 'keep the data directory and say where it is')
    .addHelpText('after', EXAMPLES)
    .action(rehearse);
}

async function rehearse(pipeline: string | undefined, options: RehearseOptions): Promise<void> {
  if (options.listFaults) {
    process.stdout.write(listFaults(options.json ?? false));
    return;
  }
  if (pipeline === undefined) throw new LabwrightError('bad_input', 'no pipeline file was named', { hint: 'labwright rehearse PIPELINE.yml' });
  const prepared = await prepareRehearsal({ pipeline, lab: options.lab, faults: options.fault, only: options.only });
  if (!prepared) {
    process.exitCode = 2;
    return;
  }
  if (options.list || prepared.jobs.length === 0) {
    printCells(pipeline, prepared, options.json ?? false);
    return;
  }
  await clearLeftRehearsals(tmpdir(), PREFIX);
  const dataDir = await mkdtemp(join(tmpdir(), PREFIX));
  // By its lock the next rehearsal knows that this one still runs, or was killed.
  const unlock = await lockDataDir(dataDir);
  try {
    await rehearseIn(dataDir, prepared, options);
  } finally {
    await unlock();
    if (options.keep) process.stderr.write(`kept ${dataDir}\n`);
    else await rm(dataDir, { recursive: true, force: true });
  }
}

async function rehearseIn(dataDir: string, prepared: PreparedRehearsal, options: RehearseOptions): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([interruptSignal('nothing is left of it; run it again'), over.signal]);
  await makeDataDir(dataDir);
  const logFile = join(dataDir, 'labwright.log');
  const log = createLog('labwright', logFile);
  const opening = openHouse({ dataDir, port: 0, log });
  opening.catch(() => undefined); // startRehearsal awaits it.
  const closeHouse = async (): Promise<void> => (await opening.catch(() => undefined))?.[Symbol.asyncDispose]();
  await using stack = new AsyncDisposableStack();
  stack.defer(closeHouse);
  const rehearsal = await startRehearsal(opening, { dataDir, prepared, seed: options.seed, speed: options.speed, log }, signal);
  stack.defer(() => rehearsal.end());
  stack.defer(() => over.abort(new Error('the rehearsal is over')));
  const { world, client, run, agent } = rehearsal;
  const { pageUrl } = (await opening).server;
  const mode = options.json ? 'silent' : process.stdout.isTTY ? 'tree' : 'lines';
  const shown = showRun({ run, updates: client.followRun(run.id, signal), out: process.stdout, mode, simulatedNowMs: () => world.clock.now(), url: pageUrl });
  const agentGone = agent.then(() => {
    throw signal.aborted ? signal.reason : new Error('the agent ended before the run');
  });
  const ended = await unlessAborted(Promise.race([shown, agentGone]), signal);
  process.exitCode = ended.run.status === 'success' ? 0 : 1;
  const destinations = await world.destinations().catch((error: unknown) => (world.died.aborted ? [] : Promise.reject(error)));
  const outside = outsideDestinations(prepared, destinations) ?? [];
  if (outside.length > 0) {
    process.exitCode = 1;
    process.stderr.write(`every job is disconnected, and the run has asked for ${outside.join(', ')}, outside of lab ${prepared.plan.lab}\n`);
  }
  if (options.json) {
    // A world that was killed took its log with it; the run's error says so.
    const powerEvents = await world.powerLog().catch((error: unknown) => (world.died.aborted ? [] : Promise.reject(error)));
    const sources = await world.mirrorSources().catch(() => []);
    const mirror = sources.length > 0 && { mirror_sources: sources };
    const report = {
      ...rehearsalReport(ended.run, powerEvents),
      destinations,
      ...mirror,
      ...(prepared.matrix && { matrix: matrixResults(prepared.matrix, ended.run) }),
    };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const look: Record<string, string> = options.keep
    ? { log: logFile, world: join(worldDir(dataDir), 'world.log') }
    : { 'to keep logs': 'run again with --keep' };
  const sites = describeSites(prepared);
  process.stdout.write(summary({ ...ended, look: { ...(sites !== undefined && { 'sites repository': sites }), ...look } }));
  if (prepared.matrix) process.stdout.write(`\n${renderGrid(matrixResults(prepared.matrix, ended.run))}`);
}

/** What would be run. */
function printCells(path: string, { matrix }: PreparedRehearsal, json: boolean): void {
  if (!matrix) throw new LabwrightError('bad_input', `${path} is a pipeline, and --list shows the cells of a matrix`, { hint: 'leave --list away' });
  const results = matrixResults(matrix, undefined);
  process.stdout.write(json ? `${JSON.stringify({ matrix: results }, null, 2)}\n` : renderGrid(results));
}
