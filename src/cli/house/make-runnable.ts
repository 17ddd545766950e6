import type { LabPlan } from '../../lab/plan.ts';
import type { Jobdef } from '../../pipeline/jobdef.ts';
import { toRunJobs } from '../../pipeline/to-run-jobs.ts';
import { formatDiagnostic, type Diagnostic } from '../../util/diagnostic.ts';
import type { Parsed } from '../../util/source-file.ts';
import { embeddedCatalogue } from './catalogue.ts';
import type { PreparedRehearsal } from './prepared-rehearsal.ts';

/** Jobs as a run takes them, with the components of an empty server. */
export function makeRunnable(jobdefs: readonly Jobdef[], plan: LabPlan): Parsed<Pick<PreparedRehearsal, 'jobs' | 'components'>> {
  const catalogue = embeddedCatalogue(jobdefs);
  const { value: jobs, diagnostics } = toRunJobs(jobdefs, { plan, components: catalogue, nowMs: Date.now() });
  const all = [...diagnostics, ...checkRehearsable(jobdefs)];
  if (!jobs) return { value: undefined, diagnostics: all };
  const used = new Set(jobs.flatMap(({ componentIds }) => componentIds));
  return { value: { jobs, components: catalogue.filter(({ id }) => used.has(id)) }, diagnostics: all };
}

export function showDiagnostics(diagnostics: readonly Diagnostic[], lines: readonly string[]): void {
  const shown = diagnostics.map((one) => formatDiagnostic(one, (_path, line) => lines[line - 1]));
  if (shown.length > 0) process.stderr.write(`${shown.join('\n\n')}\n`);
}

function checkRehearsable(jobs: readonly Jobdef[]): Diagnostic[] {
  return jobs.flatMap((job): Diagnostic[] => {
    if (job.action !== undefined) return [];
    const message = `${job.name} runs an Ansible playbook, which cannot be rehearsed`;
    return [{ id: 'not-rehearsable', severity: 'error', message, hint: 'write an action and a cluster instead', at: job.at('ansible_playbook') }];
  });
}
