import { SITES_COMPONENT } from '../../contract/sites-repo.ts';
import type { RunJob } from '../../contract/runs.ts';
import type { Client } from '../../client/create-client.ts';
import type { LabPlan } from '../../lab/plan.ts';
import type { Jobdef } from '../../pipeline/jobdef.ts';
import type { CatalogueComponent } from '../../pipeline/select-component.ts';
import { toRunJobs } from '../../pipeline/to-run-jobs.ts';
import { ensureTopic } from '../../server/bootstrap/ensure-catalogue.ts';
import { ensureCommitComponent, hasJobs } from '../../server/commits/commit-component.ts';
import type { ServerDeps } from '../../server/server-deps.ts';
import { followBranch } from '../../sites/follow-branch.ts';
import type { GitDeps } from '../../sites/git.ts';
import type { Remote } from '../../sites/remote.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Log } from '../../util/log.ts';

/** A pipeline that runs for each new commit of the repository that its GitOps jobs name. */
export interface FollowedPipeline {
  readonly name: string;
  readonly jobdefs: readonly Jobdef[];
  readonly plan: LabPlan;
  readonly teamId: string;
  readonly everyMs: number;
}

export interface FollowCommitsDeps {
  readonly server: Pick<ServerDeps, 'pool' | 'changes'>;
  readonly client: Pick<Client, 'createRun'>;
  readonly git: Omit<GitDeps, 'signal'>;
  /** The components that jobs may choose from, as they are now. */
  readonly catalogue: () => Promise<readonly CatalogueComponent[]>;
  readonly log: Log;
  /** Told the moment a commit was seen that is to be run, before anything is made of it. */
  readonly onSeen?: (revision: string) => void;
}

/**
 * Follows the branch of a pipeline's sites repository until the signal is aborted: each commit it comes to end in becomes a
 * component, and a run of the pipeline whose GitOps jobs are for exactly that commit. One that has had a run gets no second one.
 */
export async function followCommits(deps: FollowCommitsDeps, pipeline: FollowedPipeline, signal: AbortSignal): Promise<void> {
  const { server, log } = deps;
  const { remote, branch } = followed(pipeline);
  const wait = (ended: AbortSignal): Promise<void> => server.changes.wait({ kind: 'commits' }, pipeline.everyMs, ended);
  const follow = { git: deps.git, wait, log: (line: string) => log.warn(line) };
  await followBranch(follow, remote, branch, (revision) => runCommit(deps, pipeline, { url: remote.url, branch, revision }), signal);
}

async function runCommit(
  { server, client, catalogue, log, onSeen }: FollowCommitsDeps,
  { name, jobdefs, plan, teamId }: FollowedPipeline,
  commit: { readonly url: string; readonly branch: string; readonly revision: string },
): Promise<void> {
  onSeen?.(commit.revision);
  const { value, diagnostics } = toRunJobs(jobdefs, { plan, components: await catalogue(), nowMs: Date.now() });
  if (!value) {
    const [first] = diagnostics;
    throw new LabwrightError('bad_input', first?.message ?? `${name} cannot be run`, { ...(first?.hint !== undefined && { hint: first.hint }) });
  }
  const ids = new Map<string, string>();
  for (const { topic } of value) {
    if (ids.has(topic)) continue;
    const topicId = await ensureTopic(server, { name: topic, componentTypes: ['ocp', SITES_COMPONENT], teamIds: [teamId] });
    ids.set(topic, await ensureCommitComponent(server, { topicId, ...commit }));
  }
  for (const id of ids.values()) if (await hasJobs(server, id)) return;
  const jobs = value.map((job): RunJob => (isByGitops(job) ? { ...job, componentIds: [...job.componentIds, ids.get(job.topic)!] } : job));
  const { run } = await client.createRun({ body: { name, lab: plan.lab, jobs } });
  log.info({ run: run.id, ...commit }, 'a new commit is run');
}

function isByGitops({ definition }: RunJob): boolean {
  return definition['implementation'] === 'gitops';
}

/** @throws LabwrightError `bad_input` for a pipeline without a repository, or with two of them. */
export function followed({ name, jobdefs, plan }: FollowedPipeline): { readonly remote: Remote; readonly branch: string } {
  const repos = jobdefs
    .filter(({ implementation }) => implementation === 'gitops')
    .map(({ sitesRepo }) => ({ ...sitesRepo, url: sitesRepo.url ?? `https://git.${plan.domain}/sites.git` }));
  const [first] = repos;
  if (!first)
    throw new LabwrightError('bad_input', `no job of ${name} has implementation: gitops`, {
      hint: 'there is no repository to follow: name a pipeline with one',
    });
  const other = repos.find(({ url, branch }) => url !== first.url || branch !== first.branch);
  if (other)
    throw new LabwrightError('bad_input', `jobs of ${name} follow ${first.url} ${first.branch} and ${other.url} ${other.branch}`, {
      hint: 'one pipeline follows one branch: write two',
    });
  const { url, branch, username, password_path: passwordPath, key_path: keyPath, known_hosts_path: knownHostsPath, ca_path: caPath } = first;
  return { remote: { url, access: { username, passwordPath, keyPath, knownHostsPath, caPath } }, branch };
}
