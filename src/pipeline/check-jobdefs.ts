import type { Diagnostic } from '../util/diagnostic.ts';
import { inputProducer, jobGraph, named } from './job-graph.ts';
import type { Jobdef } from './jobdef.ts';

/** Whether an input comes from outside the pipeline, so that no job has to make it. */
export type IsGiven = (job: Jobdef, output: string, jobs: readonly Jobdef[]) => boolean;

/** Mistakes between jobs: names, `prev_stages`, `needs` and inputs that lead nowhere. */
export function checkJobdefs(jobs: readonly Jobdef[], isGiven: IsGiven = () => false): Diagnostic[] {
  const found: Diagnostic[] = [];
  const error = (id: string, job: Jobdef, key: string, message: string, hint: string) => {
    found.push({ id, severity: 'error', message, hint, at: job.at(key) });
  };
  for (const [index, job] of jobs.entries()) {
    const earlier = jobs.slice(0, index);
    if (earlier.some(({ name }) => name === job.name))
      error('duplicate-job', job, 'name', `there is already a job ${job.name}`, 'rename one of the two, or put them next to each other to merge them');
    for (const name of job.prevStages) {
      if (!earlier.some((one) => named([name], one)))
        error('unknown-prev-stage', job, 'prev_stages', `prev_stages: no earlier job or stage is called ${name}`, 'name a job or a stage above this job');
    }
    for (const name of job.needs) {
      if (!jobs.some((one) => one.name === name)) error('unknown-need', job, 'needs', `needs: no job is called ${name}`, 'name a job of this pipeline');
    }
    for (const name of job.after) {
      if (!jobs.some((one) => one.name === name)) error('unknown-after', job, 'after', `after: no job is called ${name}`, 'name a job of this pipeline');
    }
    for (const output of Object.keys(job.inputs)) {
      if (!inputProducer(jobs, job, output) && !isGiven(job, output, jobs))
        error(
          'input-without-output',
          job,
          'inputs',
          `no job in prev_stages outputs ${output}`,
          `add the job that outputs ${output} to prev_stages, or add ${output} to its outputs`,
        );
    }
  }
  if (found.length > 0) return found;
  for (const job of jobs) {
    if (jobs.some(({ stage }) => stage === job.name) && job.stage !== job.name)
      found.push({
        id: 'name-is-stage',
        severity: 'warning',
        message: `${job.name} is the name of a job and of a stage: dci-pipeline would run the job twice`,
        hint: 'rename one of the two; here the job runs once',
        at: job.at('name'),
      });
  }
  const { cycle } = jobGraph(jobs);
  const first = cycle[0];
  if (first) {
    const names = cycle.map(({ job }) => job.name).join(', ');
    error(
      'cycle',
      cycle.find(({ job }) => job.needs.length > 0 || job.after.length > 0)?.job ?? first.job,
      'needs',
      `these jobs wait for each other: ${names}`,
      'remove one of their needs; a job already waits for all earlier stages',
    );
  }
  return found;
}
