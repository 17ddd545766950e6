import { dirname, join } from 'node:path';
import type { RunJob } from '../../contract/runs.ts';
import type { LabPlan, PlannedCluster } from '../../lab/plan.ts';
import type { IsGiven } from '../../pipeline/check-jobdefs.ts';
import { HUB_KUBECONFIG, type Jobdef } from '../../pipeline/jobdef.ts';
import { readPipeline } from '../../pipeline/read-pipeline.ts';
import type { CatalogueComponent } from '../../pipeline/select-component.ts';
import { toRunJobs } from '../../pipeline/to-run-jobs.ts';
import { FAULTS, parseFault, type Fault } from '../../rehearsal/faults.ts';
import { formatDiagnostic, hasErrors, type Diagnostic } from '../../util/diagnostic.ts';
import { LabwrightError } from '../../util/errors.ts';
import { readTextFile } from '../../util/read-text-file.ts';
import { MAX_SOURCE_BYTES } from '../../util/source-file.ts';
import { planLabFile } from '../plan-lab-file.ts';
import { embeddedCatalogue } from './catalogue.ts';

export interface RehearsalRequest {
  readonly pipeline: string;
  /** Default: `lab.yml` beside the pipeline. */
  readonly lab: string | undefined;
  readonly faults: readonly string[];
}

/** A rehearsal whose files hold no mistake. */
export interface PreparedRehearsal {
  /** The pipeline file's name without its ending. */
  readonly name: string;
  readonly plan: LabPlan;
  /** Each after all it needs, with the catalogue's stand-ins for component ids. */
  readonly jobs: readonly RunJob[];
  /** The components that jobs use. */
  readonly components: readonly CatalogueComponent[];
  readonly faults: readonly Fault[];
  /** Hubs that jobs work through and no job installs: the world has them from its start. */
  readonly hubs: readonly string[];
}

/** Reads and checks everything a user wrote, before anything runs. Prints what is wrong on stderr. @returns undefined when something is. */
export async function prepareRehearsal(request: RehearsalRequest): Promise<PreparedRehearsal | undefined> {
  const faults = request.faults.map(parseFault);
  const text = await readTextFile(request.pipeline, { maxBytes: MAX_SOURCE_BYTES, hint: 'name a pipeline file' });
  const { result } = await planLabFile(request.lab ?? join(dirname(request.pipeline), 'lab.yml'));
  const { plan } = result;
  const isGiven: IsGiven = (job, output, jobs) => job.inputs[output] === HUB_KUBECONFIG && plan !== undefined && hubFromStart(job, jobs, plan) !== undefined;
  const read = readPipeline([{ path: request.pipeline, text }], [], isGiven);
  const hubs = plan ? [...new Set(read.jobs.flatMap((job) => hubFromStart(job, read.jobs, plan) ?? []))] : [];
  const catalogue = embeddedCatalogue(read.jobs);
  const runnable = hasErrors(read.diagnostics) || !plan ? undefined : toRunJobs(read.jobs, { plan, components: catalogue, nowMs: Date.now() });
  const diagnostics: Diagnostic[] = [...read.diagnostics, ...(runnable ? [...runnable.diagnostics, ...checkRehearsable(read.jobs)] : [])];
  const lines = text.split('\n');
  const shown = diagnostics.map((one) => formatDiagnostic(one, (_path, line) => lines[line - 1]));
  if (shown.length > 0) process.stderr.write(`${shown.join('\n\n')}\n`);
  const jobs = runnable?.value;
  if (!plan || !jobs || hasErrors(diagnostics)) return undefined;
  const placed = faults.map((fault) => placeFault(fault, plan, jobs));
  const name = request.pipeline
    .split('/')
    .at(-1)!
    .replace(/\.ya?ml$/, '');
  const used = new Set(jobs.flatMap(({ componentIds }) => componentIds));
  return { name, plan, jobs, components: catalogue.filter(({ id }) => used.has(id)), faults: placed, hubs };
}

/** Gives a fault the cluster it hits: its own, or the first spoke that the pipeline installs. One that would never strike is refused. */
function placeFault(fault: Fault, plan: LabPlan, jobs: readonly RunJob[]): Fault {
  checkPlace(fault, plan);
  const { name } = fault;
  const { anyCluster, minNodes = 1 } = FAULTS[name];
  const found = (cluster: string): PlannedCluster | undefined => plan.clusters.find((one) => one.name === cluster);
  const installed = [...new Set(jobs.filter(({ action }) => action === 'install' || action === 'redeploy').flatMap((job) => job.cluster ?? []))];
  const bigEnough = installed.filter((cluster) => (found(cluster)?.nodes.length ?? 0) >= minNodes);
  const spokes = bigEnough.filter((cluster) => found(cluster)?.role === 'spoke');
  const candidates = anyCluster ? bigEnough : spokes;
  const cluster = fault.cluster ?? spokes[0];
  if (cluster !== undefined && candidates.includes(cluster)) return { ...fault, cluster };
  const kind = minNodes > 1 ? ` of ${minNodes} nodes or more` : '';
  const where =
    cluster === undefined
      ? `the pipeline installs no spoke${kind}`
      : `it strikes what the pipeline installs${anyCluster ? '' : ' from a hub'}${kind}, and ${cluster} is not`;
  throw new LabwrightError('bad_input', `fault ${name} would never strike: ${where}`, {
    hint: candidates.length === 0 ? 'leave it away, or add an install job' : `write --fault ${name}@CLUSTER with one of: ${candidates.join(', ')}`,
  });
}

function checkPlace({ name, cluster, node }: Fault, plan: LabPlan): void {
  if (cluster === undefined) return;
  const found = plan.clusters.find((one) => one.name === cluster);
  if (!found) {
    const known = plan.clusters.map((one) => one.name).join(', ');
    throw new LabwrightError('bad_input', `fault ${name}: lab ${plan.lab} has no cluster ${cluster}`, {
      hint: `write --fault ${name}@CLUSTER with one of: ${known}`,
    });
  }
  if (node !== undefined && !found.nodes.some((one) => one.name === node)) {
    const known = found.nodes.map((one) => one.name).join(', ');
    throw new LabwrightError('bad_input', `fault ${name}: ${cluster} has no node ${node}`, {
      hint: `write --fault ${name}@${cluster}/NODE with one of: ${known}`,
    });
  }
}

/** The hub a job works through, when no job of the pipeline installs it. */
function hubFromStart(job: Jobdef, jobs: readonly Jobdef[], plan: LabPlan): string | undefined {
  if (job.action === 'release') return undefined;
  const hub = plan.clusters.find(({ name }) => name === job.cluster)?.hub;
  return jobs.some((one) => one.action === 'install' && one.cluster === hub) ? undefined : hub;
}

function checkRehearsable(jobs: readonly Jobdef[]): Diagnostic[] {
  return jobs.flatMap((job): Diagnostic[] => {
    if (job.action !== undefined) return [];
    const message = `${job.name} runs an Ansible playbook, which cannot be rehearsed`;
    return [{ id: 'not-rehearsable', severity: 'error', message, hint: 'write an action and a cluster instead', at: job.at('ansible_playbook') }];
  });
}
