import { SITES_COMPONENT } from '../../contract/sites-repo.ts';
import { ensureComponent } from '../bootstrap/ensure-catalogue.ts';
import type { ServerDeps } from '../server-deps.ts';

export interface SiteCommit {
  readonly topicId: string;
  readonly url: string;
  readonly branch: string;
  /** Full SHA. */
  readonly revision: string;
}

/** A commit of a sites repository as a component of a topic: its version is the SHA (reference/ztp.md §6.2). @returns its id. */
export function ensureCommitComponent(deps: Pick<ServerDeps, 'pool'>, { topicId, url, branch, revision }: SiteCommit): Promise<string> {
  const name = `${url.replace(/^.*[/:]([^/]+?)(?:\.git)?$/, '$1')} ${revision.slice(0, 12)}`;
  return ensureComponent(deps, { topicId, type: SITES_COMPONENT, name, version: revision, tags: [`branch:${branch}`], data: { url, branch } });
}

/** Whether a job of some run is for this component already: a commit is not run twice. */
export async function hasJobs({ pool }: Pick<ServerDeps, 'pool'>, componentId: string): Promise<boolean> {
  const { rowCount } = await pool.query('select from jobs_components where component_id = $1 limit 1', [componentId]);
  return (rowCount ?? 0) > 0;
}
