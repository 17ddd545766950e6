import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabDoors } from '../../agent/lab-doors.ts';
import { readLabSecret } from '../../agent/lab-secrets.ts';
import { unlessAborted } from '../../agent/unless-aborted.ts';
import { worldDoors } from '../../agent/world-doors.ts';
import type { Client } from '../../client/create-client.ts';
import type { Run, RunJob } from '../../contract/runs.ts';
import { CLAIMS_FILE, openClaims } from '../../machines/claims-store.ts';
import { hubOf } from '../../pipeline/check-against-lab.ts';
import { HUB_KUBECONFIG } from '../../pipeline/jobdef.ts';
import type { WorldHandle } from '../../rehearsal/world-handle.ts';
import { findWorld, startWorld } from '../../rehearsal/world/start-world.ts';
import type { Log } from '../../util/log.ts';
import { ensureTopic } from '../../server/bootstrap/ensure-catalogue.ts';
import { ensureCommitComponent } from '../../server/commits/commit-component.ts';
import { ensureCatalogue } from './catalogue.ts';
import { isByGitops } from './sites-of-rehearsal.ts';
import { agentDir, runHousedAgent, type House } from './open-house.ts';
import type { PreparedRehearsal } from './prepared-rehearsal.ts';

export interface RehearsalOptions {
  readonly dataDir: string;
  readonly prepared: PreparedRehearsal;
  readonly seed: number | string;
  /** At most so many simulated seconds per real one. */
  readonly speed: number | undefined;
  readonly log: Log;
}

/** A rehearsal under way: its world, the agent in it, and the run it works on. */
export interface Rehearsal {
  readonly world: WorldHandle;
  readonly client: Client;
  readonly run: Run;
  /** The run is one that a killed process left open. */
  readonly goesOn: boolean;
  /** Rejects when the agent cannot go on. */
  readonly agent: Promise<void>;
  /** Stops the agent, then the world. */
  end(): Promise<void>;
}

/**
 * Starts a rehearsal, or goes on with the one that a killed process left: its world still runs, and so does its run.
 *
 * The house may still be opening: world and server come up side by side. The signal stops the start only; after that, `end`.
 */
export async function startRehearsal(opening: Promise<House>, options: RehearsalOptions, signal: AbortSignal): Promise<Rehearsal> {
  const { dataDir, prepared, log } = options;
  const labSecret = await readLabSecret(join(agentDir(dataDir), 'lab-secret'));
  const entering = enterWorld(opening, options, labSecret, signal);
  entering.catch(() => undefined); // Awaited below, after the house.
  const stop = new AbortController();
  let agent: Promise<void> = Promise.resolve();
  const end = async (): Promise<void> => {
    stop.abort(new Error('the rehearsal is over'));
    await agent.catch(() => undefined);
    const { world } = await entering;
    if (!world.died.aborted) await world.stop();
  };
  try {
    const house = await unlessAborted(opening, signal);
    const { world, doors, left } = await unlessAborted(entering, signal);
    const { client, credentials } = await house.admit(prepared.plan.lab);
    const run = left ?? (await createRun(options, { house, client, world, teamId: credentials.teamId }));
    agent = runHousedAgent({ dataDir, log }, { client, plan: prepared.plan, doors, labSecret, claims: openClaims(claimsFile(dataDir)) }, stop.signal);
    return { world, client, run, goesOn: left !== undefined, agent, end };
  } catch (error) {
    await entering.then(end, () => undefined);
    throw error;
  }
}

/** Where a rehearsal's world keeps its state file and its log. */
export function worldDir(dataDir: string): string {
  return join(dataDir, 'world');
}

interface EnteredWorld {
  readonly world: WorldHandle;
  readonly doors: LabDoors;
  /** The run that goes on in it. */
  readonly left: Run | undefined;
}

/**
 * The world that a killed process left, when the same rehearsal is still under way in it; else a new one. A world whose run
 * is over, or which was made for other files, faults or another seed, would tell another story than the one asked for.
 */
async function enterWorld(opening: Promise<House>, options: RehearsalOptions, labSecret: string, signal: AbortSignal): Promise<EnteredWorld> {
  const { dataDir, prepared } = options;
  const { plan } = prepared;
  const found = await findWorld(worldDir(dataDir));
  if (found) {
    // Doors are made the moment a world is joined: they keep its time from passing while the server is still coming up.
    const doors = worldDoors(found, plan);
    const { client } = await (await unlessAborted(opening, signal)).admit(plan.lab);
    const left = (await readAsked(dataDir)) === asked(options) ? await openRun(client) : undefined;
    if (left) return { world: found, doors, left };
    await found.stop();
  }
  const world = await startNewWorld(options, labSecret, signal);
  return { world, doors: worldDoors(world, plan), left: undefined };
}

async function startNewWorld(options: RehearsalOptions, labSecret: string, signal: AbortSignal): Promise<WorldHandle> {
  const { dataDir, prepared, seed, speed } = options;
  const { plan, faults, hubs, sites } = prepared;
  const spec = {
    plan,
    bmcSecret: labSecret,
    seed,
    speed: speed ?? null,
    faults: [...faults],
    crdsDir: null,
    hubs: [...hubs],
    sites: { ...sites },
    mirrored: mirroredVersions(prepared),
  };
  await mkdir(worldDir(dataDir), { recursive: true });
  await rm(claimsFile(dataDir), { force: true });
  await writeFile(askedFile(dataDir), asked(options));
  return startWorld({ stateDir: worldDir(dataDir), spec }, signal);
}

/** The releases that disconnected jobs ask for. */
function mirroredVersions({ jobs, components }: PreparedRehearsal): string[] {
  const ids = new Set(jobs.filter(({ definition }) => definition['network'] === 'disconnected').flatMap(({ componentIds }) => componentIds));
  return components.filter(({ id, type }) => type === 'ocp' && ids.has(id)).map(({ version }) => version);
}

/** What decides a rehearsal's story, as one word. */
function asked({ prepared, seed }: RehearsalOptions): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...prepared, seed }))
    .digest('hex');
}

function readAsked(dataDir: string): Promise<string | undefined> {
  return readFile(askedFile(dataDir), 'utf8').catch(() => undefined);
}

function askedFile(dataDir: string): string {
  return join(worldDir(dataDir), 'asked');
}

/** Claims of a rehearsal begin as the lab's are now, and end with its world. */
function claimsFile(dataDir: string): string {
  return join(worldDir(dataDir), CLAIMS_FILE);
}

async function openRun(client: Client): Promise<Run | undefined> {
  const { runs } = await client.listRuns({});
  return runs.find(({ status }) => status === 'running');
}

/** The commit of the sites repository as a component, of each topic that has jobs by GitOps. @returns topic → its id, if there is one. */
async function commitComponents(
  { plan, jobs }: PreparedRehearsal,
  { server }: House,
  revision: string | undefined,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const { topic } of revision === undefined ? [] : jobs.filter(isByGitops)) {
    if (found.has(topic)) continue;
    const topicId = await ensureTopic(server.deps, { name: topic, componentTypes: ['ocp'], teamIds: [] });
    found.set(topic, [await ensureCommitComponent(server.deps, { topicId, url: `https://git.${plan.domain}/sites.git`, branch: 'main', revision: revision! })]);
  }
  return found;
}

interface CreateDeps {
  readonly house: House;
  readonly client: Client;
  readonly world: WorldHandle;
  readonly teamId: string;
}

async function createRun({ prepared }: RehearsalOptions, { house, client, world, teamId }: CreateDeps): Promise<Run> {
  const { plan, hubs } = prepared;
  // A run whose world is gone cannot go on.
  for (const { id, status } of (await client.listRuns({})).runs) {
    if (status === 'running') await client.cancelRun({ params: { runId: id }, body: { reason: 'its rehearsal’s world has ended' } });
  }
  const kubeconfigs = new Map<string, string>();
  for (const hub of hubs) {
    const kubeconfig = await world.hubKubeconfig(hub);
    if (kubeconfig === undefined) throw new Error(`the world has no hub ${hub}`);
    kubeconfigs.set(hub, kubeconfig);
  }
  const ids = await ensureCatalogue(house.server.deps, prepared.components, teamId);
  const commits = await commitComponents(prepared, house, await world.sitesHead());
  const jobs = prepared.jobs.map((job): RunJob => {
    const hub = hubOf(
      job,
      plan.clusters.find(({ name }) => name === job.cluster),
    );
    const content = kubeconfigs.get(hub ?? '');
    const inputs = content === undefined ? job.inputs : { [HUB_KUBECONFIG]: { content }, ...job.inputs };
    return { ...job, inputs, componentIds: [...job.componentIds.map((id) => ids.get(id) ?? id), ...(isByGitops(job) ? (commits.get(job.topic) ?? []) : [])] };
  });
  const { run } = await client.createRun({ body: { name: prepared.name, lab: plan.lab, jobs } });
  return run;
}
