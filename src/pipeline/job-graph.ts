import type { Jobdef } from './jobdef.ts';

export interface GraphJob {
  readonly job: Jobdef;
  /** Names of the jobs that must end well before this one starts. */
  readonly needs: readonly string[];
  /** Names of the jobs that must have ended before this one starts, however they ended. */
  readonly after: readonly string[];
}

export interface JobGraph {
  /** Every job after all it needs; a job that needs itself, however far round, is in `cycle` instead. */
  readonly jobs: readonly GraphJob[];
  /** All jobs as the files have them: that order decides where inputs come from. */
  readonly inFileOrder: readonly Jobdef[];
  /** Jobs in or behind a cycle. */
  readonly cycle: readonly GraphJob[];
}

/** A stage is a barrier: it starts when all jobs of the stages that appear earlier ended well. */
export function jobGraph(jobs: readonly Jobdef[]): JobGraph {
  const stages = [...new Set(jobs.map(({ stage }) => stage))];
  let waiting: GraphJob[] = [];
  for (const [index, stage] of stages.entries()) {
    const earlier = jobs.filter((one) => stages.indexOf(one.stage) < index).map(({ name }) => name);
    for (const job of jobs.filter((one) => one.stage === stage)) waiting.push({ job, needs: [...new Set([...earlier, ...job.needs])], after: job.after });
  }
  const ordered: GraphJob[] = [];
  const done = new Set<string>();
  for (;;) {
    const next = waiting.find(({ needs, after }) => [...needs, ...after].every((name) => done.has(name)));
    if (!next) return { jobs: ordered, inFileOrder: jobs, cycle: waiting };
    ordered.push(next);
    done.add(next.job.name);
    waiting = waiting.filter((one) => one !== next);
  }
}

/** The last job in file order that `prev_stages` names and that already has a job on the server. */
export function previousJob(jobs: readonly Jobdef[], job: Jobdef, started: ReadonlySet<string>): Jobdef | undefined {
  return jobs.findLast((one) => one !== job && named(job.prevStages, one) && started.has(one.name));
}

/** The job an input is copied from: the latest earlier one in `prev_stages` that declares it as an output. */
export function inputProducer(jobs: readonly Jobdef[], job: Jobdef, output: string): Jobdef | undefined {
  return jobs.slice(0, jobs.indexOf(job)).findLast((one) => named(job.prevStages, one) && Object.hasOwn(one.outputs, output));
}

/** All jobs that end before a job starts, by its name. */
export function ancestors({ jobs }: JobGraph): ReadonlyMap<string, ReadonlySet<string>> {
  const before = new Map<string, ReadonlySet<string>>();
  for (const { job, needs, after } of jobs) before.set(job.name, new Set([...needs, ...after].flatMap((name) => [name, ...(before.get(name) ?? [])])));
  return before;
}

/** Does one of these names mean this job, by its name or its stage? */
export function named(names: readonly string[], job: Jobdef): boolean {
  return names.includes(job.name) || names.includes(job.stage);
}
