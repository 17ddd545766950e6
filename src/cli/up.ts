import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { jumphostDoors } from '../agent/jumphost-doors.ts';
import { readLabSecret } from '../agent/lab-secrets.ts';
import { unlessAborted } from '../agent/unless-aborted.ts';
import type { LabPlan } from '../lab/plan.ts';
import { openClaims, type ClaimsStore } from '../machines/claims-store.ts';
import type { FollowClaim } from '../machines/follow-claim.ts';
import { realSleep } from '../util/clock.ts';
import { createLog, type Log } from '../util/log.ts';
import { untilAborted } from '../util/until-aborted.ts';
import { announcer } from './agent.ts';
import { COMMITS_HOOK_PATH } from '../server/commits/receive-hook.ts';
import { readCatalogue } from '../server/bootstrap/read-catalogue.ts';
import { directDial } from '../util/dial.ts';
import { localExec } from '../util/exec.ts';
import { followCommits } from './house/follow-commits.ts';
import { readFollowed, type FollowedFile } from './house/read-followed.ts';
import { defaultDataDir } from './house/default-data-dir.ts';
import { lockDataDir } from './house/lock-data-dir.ts';
import { agentDir, makeDataDir, openHouse, runHousedAgent, type House } from './house/open-house.ts';
import { prepareRehearsal } from './house/prepare-rehearsal.ts';
import type { PreparedRehearsal } from './house/prepared-rehearsal.ts';
import { readPullSecret } from './house/pull-secret.ts';
import { startRehearsal, worldDir, type Rehearsal } from './house/run-rehearsal.ts';
import { describeSites } from './house/sites-of-rehearsal.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { followLabClaim } from './follow-lab-claim.ts';
import { planLabFile } from './plan-lab-file.ts';
import { collected, portNumber, positiveNumber } from './options.ts';
import { showRun } from './tree/show-run.ts';
import { summary } from './tree/summary.ts';

interface UpOptions {
  readonly lab?: string;
  readonly data: string;
  readonly port: number;
  readonly pullSecret?: string;
  readonly sushyTools?: number;
  readonly rehearse?: string;
  readonly fault: readonly string[];
  readonly seed: string;
  readonly speed?: number;
  readonly once?: boolean;
  readonly follow?: string;
  readonly followEvery: number;
}

const EXAMPLES = `
Stopped in any way, even by kill -9, the next "up" on the same data directory goes on where it was.

Examples:
  labwright up                                        a control server alone
  labwright up --lab examples/pretty-lab              with the agent of a lab
  labwright up --lab examples/pretty-lab --follow examples/pretty-lab/daily.yml
                                                      and a run for each commit of its sites repository
  labwright up --rehearse examples/pretty-lab/daily.yml   the lab simulated, and a pipeline rehearsed on it
`;

/** `labwright up`. */
export function command(): Command {
  return new Command('up')
    .description('run a control server with its own database, and the agent of a lab, until Ctrl-C')
    .option('--lab <path>', 'the lab file, or its folder, of the agent to run')
    .option('--data <dir>', 'where everything is kept', defaultDataDir())
    .option('--port <port>', 'port of the control server on 127.0.0.1, 0 for any free one', portNumber, 8420)
    .option('--pull-secret <file>', 'registry credentials for installations')
    .option('--sushy-tools <port>', 'ask the sushy-tools of each server for its VMs (labwright lab prepare --sushy-tools)', portNumber)
    .option('--rehearse <pipeline>', 'simulate the lab and run this pipeline on it')
    .option('--fault <name[@cluster[/node]]>', 'with --rehearse: make something go wrong', collected, [])
    .option('--seed <n>', 'with --rehearse: one seed, one story', '1')
    .option('--speed <n>', 'with --rehearse: at most so many simulated seconds per real one', positiveNumber)
    .option('--follow <pipeline>', 'with --lab: run this pipeline for each new commit of the repository its GitOps jobs name')
    .option('--follow-every <seconds>', 'with --follow: how often to look without a webhook', positiveNumber, 60)
    .option('--once', 'with --rehearse: end when the pipeline has')
    .addHelpText('after', EXAMPLES)
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  const work = await readInput(options);
  if (!work) {
    process.exitCode = 2;
    return;
  }
  const signal = interruptSignal();
  const dataDir = resolve(options.data);
  await makeDataDir(dataDir);
  const unlock = await lockDataDir(dataDir);
  try {
    await runHouse(dataDir, options, work, signal);
  } finally {
    await unlock();
  }
}

/** What to do beside serving, once every file has been read and found without a mistake. */
type Work =
  | { readonly kind: 'serve' }
  | {
      readonly kind: 'lab';
      readonly followed: FollowedFile | undefined;
      readonly plan: LabPlan;
      readonly claims: ClaimsStore;
      readonly followClaim: FollowClaim;
      readonly pullSecret: string | undefined;
    }
  | { readonly kind: 'rehearse'; readonly prepared: PreparedRehearsal };

async function readInput(options: UpOptions): Promise<Work | undefined> {
  if (options.rehearse !== undefined) {
    const prepared = await prepareRehearsal({ pipeline: options.rehearse, lab: options.lab, faults: options.fault });
    return prepared && { kind: 'rehearse', prepared };
  }
  if (options.lab === undefined) return { kind: 'serve' };
  const {
    result: { plan },
    claimsPath,
    labPath,
  } = await planLabFile(options.lab);
  const pullSecret = options.pullSecret === undefined ? undefined : await readPullSecret(options.pullSecret);
  if (!plan) return undefined;
  const followed = options.follow === undefined ? undefined : await readFollowed(options.follow, plan);
  if (options.follow !== undefined && !followed) return undefined;
  return { kind: 'lab', followed, plan, claims: openClaims(claimsPath), followClaim: followLabClaim(labPath), pullSecret };
}

async function runHouse(dataDir: string, options: UpOptions, work: Work, signal: AbortSignal): Promise<void> {
  const log = createLog('labwright', join(dataDir, 'labwright.log'));
  const opening = openHouse({ dataDir, port: options.port, log });
  opening.catch(() => undefined); // Whoever awaits it hears of it.
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => (await opening.catch(() => undefined))?.[Symbol.asyncDispose]());
  // Awaited here: the house closes when this function ends.
  if (work.kind === 'rehearse') return await rehearse(opening, { dataDir, log, options, prepared: work.prepared }, signal);
  const house = await opening;
  announce(house, dataDir);
  if (work.kind === 'serve') return await untilAborted(signal);
  const { plan, claims, followClaim, pullSecret, followed } = work;
  const { client, credentials } = await house.admit(plan.lab);
  const labSecret = await readLabSecret(join(agentDir(dataDir), 'lab-secret'));
  const doors = jumphostDoors(plan, { pullSecret, sshPublicKey: undefined, sushyToolsPort: options.sushyTools });
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const git = { exec: localExec, dial: directDial, headers: {}, simulated: false };
  const following =
    followed &&
    followCommits(
      { server: house.server.deps, client, git, catalogue: () => readCatalogue(house.server.deps), log },
      { ...followed, plan, teamId: credentials.teamId, everyMs: options.followEvery * 1000 },
      both,
    );
  if (following) announceFollowed(house, followed);
  const agent = runHousedAgent({ dataDir, log }, { client, plan, doors, labSecret, claims, followClaim, onRegistered: announcer(plan.lab) }, both);
  try {
    await Promise.race([agent, ...(following ? [following] : [])]);
  } finally {
    stop.abort(new Error('labwright stops'));
    await Promise.allSettled([agent, following]);
  }
}

/** Where a Git host's webhook goes; without one the branch is looked at now and then. */
function announceFollowed({ server }: House, { name }: FollowedFile): void {
  process.stdout.write(`follows commits  ${name}; webhook ${server.url}${COMMITS_HOOK_PATH}, signed with hook-secret of the data directory\n\n`);
}

interface RehearseDeps {
  readonly dataDir: string;
  readonly log: Log;
  readonly options: UpOptions;
  readonly prepared: PreparedRehearsal;
}

async function rehearse(opening: Promise<House>, deps: RehearseDeps, signal: AbortSignal): Promise<void> {
  const { dataDir, log, options, prepared } = deps;
  // Not stopped by Ctrl-C: the run is cancelled first, so that its end is known when the world goes.
  const over = new AbortController();
  const rehearsal = await startRehearsal(opening, { dataDir, prepared, seed: options.seed, speed: options.speed, log }, signal);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rehearsal.end());
  stack.defer(() => over.abort(new Error('labwright stops')));
  const { server } = await opening;
  announce(await opening, dataDir, describeSites(prepared));
  const { run, client, world, goesOn } = rehearsal;
  if (goesOn) process.stdout.write(`going on with the run of ${run.createdAt}, which was left open when its process ended\n\n`);
  const mode = process.stdout.isTTY ? 'tree' : 'lines';
  const shown = showRun({
    run,
    updates: client.followRun(run.id, over.signal),
    out: process.stdout,
    mode,
    simulatedNowMs: () => world.clock.now(),
    url: server.pageUrl,
  });
  shown.catch(() => undefined);
  try {
    const ended = await unlessAborted(Promise.race([shown, goneBefore(rehearsal)]), signal);
    process.exitCode = ended.run.status === 'success' ? 0 : 1;
    const look = { 'job page': server.pageUrl, log: join(dataDir, 'labwright.log'), world: join(worldDir(dataDir), 'world.log') };
    process.stdout.write(summary({ ...ended, look }));
  } catch (error) {
    if (!signal.aborted) throw error;
    await cancelled(rehearsal, shown);
    process.stdout.write('\nInterrupted: the run is cancelled; the next start begins a new one.\n');
    process.exitCode = 130;
    return;
  }
  if (options.once) return;
  process.stdout.write('\nThe server stays up until Ctrl-C.\n');
  await untilAborted(signal);
}

/** Rejects when the agent ends while its run does not. */
async function goneBefore({ agent }: Rehearsal): Promise<never> {
  await agent;
  throw new Error('the agent ended before the run');
}

const CANCEL_LIMIT_MS = 10_000;

/** Ends an interrupted run as cancelled; if that takes too long, the next start finds it open and does the same. */
async function cancelled({ client, run }: Rehearsal, shown: Promise<unknown>): Promise<void> {
  await client.cancelRun({ params: { runId: run.id }, body: { reason: 'interrupted' } });
  const known = new AbortController();
  await Promise.race([shown, realSleep(CANCEL_LIMIT_MS, known.signal)]);
  known.abort(new Error('its end is known')); // A timer left behind would keep this process alive.
}

function announce({ server }: House, dataDir: string, sites?: string): void {
  const repository = sites === undefined ? '' : `sites repository  ${sites}\n`;
  process.stdout.write(`control server  ${server.pageUrl}\ndata directory  ${dataDir}\n${repository}\n`);
}
