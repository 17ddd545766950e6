import type { RunJob } from '../../contract/runs.ts';
import { inputProducer, type JobGraph } from '../../pipeline/job-graph.ts';
import type { Jobdef } from '../../pipeline/jobdef.ts';

export interface RunJobsOptions {
  readonly componentIds: ReadonlyMap<string, readonly string[]>;
  /** Contents that no job of the pipeline makes, by variable and per cluster. */
  readonly given: (cluster: string | undefined) => Readonly<Record<string, string>>;
}

/** The jobs of a checked graph as the server takes them. `jobs` are in file order, which decides where an input comes from. */
export function toRunJobs(jobs: readonly Jobdef[], graph: JobGraph, { componentIds, given }: RunJobsOptions): RunJob[] {
  return graph.jobs.map(({ job, needs }) => {
    const inputs: RunJob['inputs'] = Object.fromEntries(Object.entries(given(job.cluster)).map(([variable, content]) => [variable, { content }]));
    for (const [output, variable] of Object.entries(job.inputs)) {
      const producer = inputProducer(jobs, job, output);
      if (producer) inputs[variable] = { job: producer.name, output };
    }
    return {
      name: job.name,
      stage: job.stage,
      needs: [...needs],
      topic: job.topic ?? '',
      action: job.action ?? 'ansible',
      cluster: job.cluster ?? null,
      componentIds: [...(componentIds.get(job.name) ?? [])],
      inputs,
      outputs: { ...job.outputs },
      timeoutMs: null,
      definition: { ...job.definition },
    };
  });
}
