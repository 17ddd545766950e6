import { basename, dirname, join } from 'node:path';
import type { LabPlan } from '../../lab/plan.ts';
import { hubOf } from '../../pipeline/check-against-lab.ts';
import type { IsGiven } from '../../pipeline/check-jobdefs.ts';
import { HUB_KUBECONFIG, type Jobdef } from '../../pipeline/jobdef.ts';
import { isMatrix } from '../../pipeline/matrix/read-matrix.ts';
import { readPipeline } from '../../pipeline/read-pipeline.ts';
import { parseFault } from '../../rehearsal/faults.ts';
import { hasErrors, type Diagnostic } from '../../util/diagnostic.ts';
import { LabwrightError } from '../../util/errors.ts';
import { readTextFile } from '../../util/read-text-file.ts';
import { MAX_SOURCE_BYTES, parseSource } from '../../util/source-file.ts';
import { planLabFile } from '../plan-lab-file.ts';
import { makeRunnable, showDiagnostics } from './make-runnable.ts';
import { placeFault } from './place-fault.ts';
import { prepareMatrix } from './prepare-matrix.ts';
import type { PreparedRehearsal } from './prepared-rehearsal.ts';
import { sitesOfRehearsal } from './sites-of-rehearsal.ts';

export interface RehearsalRequest {
  /** A pipeline file, or a matrix file. */
  readonly pipeline: string;
  /** Default: the one that a matrix names, else `lab.yml` beside the file. */
  readonly lab: string | undefined;
  readonly faults: readonly string[];
  /** Of a matrix: the cells to run, as `AXIS=VALUE,…`. */
  readonly only?: readonly string[];
}

/** Reads and checks everything a user wrote, before anything runs. Prints what is wrong on stderr. @returns undefined when something is. */
export async function prepareRehearsal(request: RehearsalRequest): Promise<PreparedRehearsal | undefined> {
  const faults = request.faults.map(parseFault);
  const text = await readTextFile(request.pipeline, { maxBytes: MAX_SOURCE_BYTES, hint: 'name a pipeline file' });
  const source = parseSource(request.pipeline, text).value;
  if (source && isMatrix(source)) return prepareMatrix(request, source, faults);
  if ((request.only ?? []).length > 0)
    throw new LabwrightError('bad_input', `${request.pipeline} is a pipeline, and --only chooses cells of a matrix`, { hint: 'leave --only away' });
  const { labPath, result } = await planLabFile(request.lab ?? join(dirname(request.pipeline), 'lab.yml'));
  const { plan } = result;
  const isGiven: IsGiven = (job, output, jobs) => job.inputs[output] === HUB_KUBECONFIG && plan !== undefined && hubFromStart(job, jobs, plan) !== undefined;
  const read = readPipeline([{ path: request.pipeline, text }], [], isGiven);
  const hubs = plan ? [...new Set(read.jobs.flatMap((job) => hubFromStart(job, read.jobs, plan) ?? []))] : [];
  const runnable = hasErrors(read.diagnostics) || !plan ? undefined : makeRunnable(read.jobs, plan);
  const diagnostics: Diagnostic[] = [...read.diagnostics, ...(runnable?.diagnostics ?? [])];
  showDiagnostics(diagnostics, text.split('\n'));
  if (!plan || !runnable?.value || hasErrors(diagnostics)) return undefined;
  const name = basename(request.pipeline).replace(/\.ya?ml$/, '');
  const sites = await sitesOfRehearsal(dirname(labPath), plan, runnable.value.jobs);
  return { name, plan, ...runnable.value, faults: faults.map((fault) => placeFault(fault, plan, runnable.value!.jobs)), hubs, ...sites };
}

/** The hub a job works through, when no job of the pipeline installs it. */
function hubFromStart(job: Jobdef, jobs: readonly Jobdef[], plan: LabPlan): string | undefined {
  if (job.action === 'release') return undefined;
  const hub = hubOf(
    job,
    plan.clusters.find(({ name }) => name === job.cluster),
  );
  return jobs.some((one) => one.action === 'install' && one.cluster === hub) ? undefined : hub;
}
