import { basename } from 'node:path';
import type { LabPlan } from '../../lab/plan.ts';
import { checkAgainstLab } from '../../pipeline/check-against-lab.ts';
import { jobGraph } from '../../pipeline/job-graph.ts';
import { readPipeline } from '../../pipeline/read-pipeline.ts';
import { hasErrors } from '../../util/diagnostic.ts';
import { readTextFile } from '../../util/read-text-file.ts';
import { MAX_SOURCE_BYTES } from '../../util/source-file.ts';
import { followed, type FollowedPipeline } from './follow-commits.ts';
import { showDiagnostics } from './make-runnable.ts';

export type FollowedFile = Pick<FollowedPipeline, 'name' | 'jobdefs'>;

/**
 * Reads a pipeline that is to run for each commit, and checks it against the lab. Prints what is wrong.
 *
 * @returns undefined when something is.
 * @throws LabwrightError `bad_input` when it names no repository to follow.
 */
export async function readFollowed(path: string, plan: LabPlan): Promise<FollowedFile | undefined> {
  const text = await readTextFile(path, { maxBytes: MAX_SOURCE_BYTES, hint: 'name a pipeline file' });
  const read = readPipeline([{ path, text }], []);
  const diagnostics = hasErrors(read.diagnostics) ? read.diagnostics : [...read.diagnostics, ...checkAgainstLab(jobGraph(read.jobs), plan)];
  showDiagnostics(diagnostics, text.split('\n'));
  if (hasErrors(diagnostics)) return undefined;
  const pipeline = { name: basename(path).replace(/\.ya?ml$/, ''), jobdefs: read.jobs };
  followed({ ...pipeline, plan, teamId: '', everyMs: 0 });
  return pipeline;
}
