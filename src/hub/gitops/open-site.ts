import { isLabwrightError, LabwrightError, messageOf } from '../../util/errors.ts';
import { formatDiagnostic, type Diagnostic } from '../../util/diagnostic.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { readSite, type Site } from './site.ts';
import type { SitesSource } from './sites-door.ts';

/** Memory's name of the commit that a job is for. */
export const SITES_REVISION = 'sitesRevision';

/** The repository of a job that is made by GitOps. */
export function sourceOf({ sites, job }: ActionInput): SitesSource {
  if (sites === undefined) throw new LabwrightError('bad_input', `${job} names no sites repository`, { hint: 'write implementation: gitops' });
  return sites;
}

/**
 * What the job's commit says of its cluster. The first call decides which commit that is; later ones get the same, by memory.
 *
 * @throws StepFailed that names the repository, or file and line of the first mistake; the log has them all.
 */
export async function openSite(input: ActionInput, deps: ActionDeps, context: StepContext): Promise<Site> {
  const known = context.memory[SITES_REVISION];
  const source = sourceOf(input);
  const pinned = typeof known === 'string' ? { ...source, revision: known } : source;
  const commit = await fetched(pinned, deps, context);
  const { site, diagnostics } = readSite(commit, pinned, input);
  const lines = (path: string, line: number): string | undefined => commit.files.get(path)?.split('\n')[line - 1];
  if (known === undefined || site === undefined) for (const one of diagnostics) context.log(formatDiagnostic(one, lines));
  if (site) return site;
  throw mistake(
    diagnostics.find(({ severity }) => severity === 'error')!,
    commit.revision,
  );
}

async function fetched(source: SitesSource, deps: ActionDeps, context: StepContext): Promise<Awaited<ReturnType<ActionDeps['sites']['fetch']>>> {
  try {
    return await deps.sites.fetch(source, context.stepId, context.signal);
  } catch (error) {
    if (!isLabwrightError(error) || error instanceof StepFailed || context.signal.aborted) throw error;
    const on = { object: source.url, condition: 'Fetched', reason: error.code, message: messageOf(error) };
    throw new StepFailed(error.code === 'unreachable' ? 'unreachable' : 'refused', on, { cause: error, ...(error.hint !== undefined && { hint: error.hint }) });
  }
}

function mistake({ at, id, message, hint }: Diagnostic, revision: string): StepFailed {
  const object = at ? `${at.path}:${at.line}:${at.column}` : revision;
  const on = { object, condition: 'Rendered', reason: id, message };
  return new StepFailed('refused', on, { hint: `${hint ?? 'correct it'}, and push; this was commit ${revision.slice(0, 12)}` });
}
