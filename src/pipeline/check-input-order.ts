import type { Diagnostic } from '../util/diagnostic.ts';
import { ancestors, inputProducer, type JobGraph } from './job-graph.ts';

/** Has every input been made before its job starts? `prev_stages` says where from, only stages and `needs` say when. */
export function checkInputOrder(graph: JobGraph): Diagnostic[] {
  const before = ancestors(graph);
  return graph.jobs.flatMap(({ job }) =>
    Object.keys(job.inputs).flatMap((output): Diagnostic[] => {
      const producer = inputProducer(graph.inFileOrder, job, output);
      if (!producer || before.get(job.name)!.has(producer.name)) return [];
      const message = `${job.name} may start before ${producer.name}, which makes its input ${output}, has ended`;
      return [{ id: 'input-too-late', severity: 'error', message, hint: `add needs: [${producer.name}], or give it a later stage`, at: job.at('inputs') }];
    }),
  );
}
