import type { RunJob } from '../contract/runs.ts';
import type { LabPlan } from '../lab/plan.ts';
import { closest } from '../util/closest.ts';
import { hasErrors, type Diagnostic } from '../util/diagnostic.ts';
import type { Parsed } from '../util/source-file.ts';
import { checkAgainstLab } from './check-against-lab.ts';
import { inputProducer, jobGraph, previousJob, type JobGraph } from './job-graph.ts';
import type { Jobdef } from './jobdef.ts';
import { type CatalogueComponent, readComponentEntry, selectComponent } from './select-component.ts';

export interface RunJobsDeps {
  readonly plan: LabPlan;
  /** The control server's components, at least those of the topics that the jobs name. */
  readonly components: readonly CatalogueComponent[];
  /** What a component's `max_age` counts from. */
  readonly nowMs: number;
}

/**
 * The jobs of a pipeline as `createRun` takes them: each after all it needs, its components chosen, its inputs traced to the
 * jobs that make them. `jobs` come from `readPipeline`, in file order, without an error.
 */
export function toRunJobs(jobs: readonly Jobdef[], { plan, components, nowMs }: RunJobsDeps): Parsed<RunJob[]> {
  const graph = jobGraph(jobs);
  const diagnostics: Diagnostic[] = checkAgainstLab(graph, plan);
  const topics = topicsOf(graph);
  const known = new Set(components.map(({ topic }) => topic));
  const runJobs = graph.jobs.map(({ job, needs, after }): RunJob => {
    const topic = topics.get(job.name);
    const inputs: RunJob['inputs'] = {};
    for (const [output, variable] of Object.entries(job.inputs)) {
      const producer = inputProducer(jobs, job, output);
      if (producer) inputs[variable] = { job: producer.name, output };
    }
    if (topic === undefined) diagnostics.push(noTopic(job));
    else if (!known.has(topic)) diagnostics.push(unknownTopic(job, topic, known));
    return {
      name: job.name,
      stage: job.stage,
      needs: [...needs],
      ...(after.length > 0 && { after: [...after] }),
      topic: topic ?? '',
      action: job.action ?? 'ansible',
      cluster: job.cluster ?? null,
      componentIds: topic === undefined || !known.has(topic) ? [] : componentIds(job, topic, components, nowMs, diagnostics),
      inputs,
      outputs: { ...job.outputs },
      timeoutMs: job.timeoutMs,
      definition: { ...job.definition },
    };
  });
  return { value: hasErrors(diagnostics) ? undefined : runJobs, diagnostics };
}

/** The topic of each job by name; with `use_previous_topic` that of its previous job, when it has one. */
function topicsOf({ jobs }: JobGraph): ReadonlyMap<string, string | undefined> {
  const topics = new Map<string, string | undefined>();
  for (const { job } of jobs) {
    const previous = job.usePreviousTopic
      ? previousJob(
          jobs.map((one) => one.job),
          job,
          new Set(topics.keys()),
        )
      : undefined;
    topics.set(job.name, (previous && topics.get(previous.name)) ?? job.topic);
  }
  return topics;
}

function componentIds(job: Jobdef, topic: string, all: readonly CatalogueComponent[], nowMs: number, diagnostics: Diagnostic[]): string[] {
  const components = all.filter((one) => one.topic === topic);
  return job.components.flatMap((entry) => {
    const found = selectComponent(readComponentEntry(entry), components, nowMs);
    if (found) return [found.id];
    const types = [...new Set(components.map(({ type }) => type))].join(', ');
    diagnostics.push({
      id: 'no-component',
      severity: 'error',
      message: `topic ${topic} has no component for ${typeof entry === 'string' ? entry : JSON.stringify(entry)}`,
      hint: `ask for another version or tag; the topic has components of type ${types}`,
      at: job.at('components'),
    });
    return [];
  });
}

function noTopic(job: Jobdef): Diagnostic {
  return { id: 'no-topic', severity: 'error', message: `${job.name} has no topic`, hint: 'add topic: OCP-4.18', at: job.at('topic') };
}

function unknownTopic(job: Jobdef, topic: string, known: ReadonlySet<string>): Diagnostic {
  const near = closest(topic, known);
  const list = known.size > 0 ? `name one of: ${[...known].toSorted().join(', ')}` : 'create it on the control server, with its components';
  return {
    id: 'unknown-topic',
    severity: 'error',
    message: `there is no topic ${topic} with components`,
    hint: near === undefined ? list : `did you mean ${near}?`,
    at: job.at('topic'),
  };
}
