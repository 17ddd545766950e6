import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { RunJob } from '../../contract/runs.ts';
import type { LabPlan } from '../../lab/plan.ts';
import type { PreparedRehearsal } from './prepared-rehearsal.ts';
import { renderSiteFiles } from '../../render/site-files.ts';

/** Folder beside the lab file from which a rehearsal makes the Git repository of its lab. */
const SITES_FOLDER = 'sites';

/** Whether a job's spoke comes from Git. */
export function isByGitops({ definition }: Pick<RunJob, 'definition'>): boolean {
  return definition['implementation'] === 'gitops';
}

/**
 * The files of a rehearsal's sites repository: those of the folder `sites` beside the lab file, and for each cluster that comes
 * from Git and has no folder there, what the lab's plan says of it. None when no job needs Git.
 */
export async function sitesOfRehearsal(labFolder: string, plan: LabPlan, jobs: readonly RunJob[]): Promise<Pick<PreparedRehearsal, 'sites' | 'sitesFolder'>> {
  const clusters = [...new Set(jobs.filter(isByGitops).flatMap(({ cluster }) => cluster ?? []))];
  if (clusters.length === 0) return { sites: {}, sitesFolder: undefined };
  const folder = join(labFolder, SITES_FOLDER);
  const written = await filesBelow(folder);
  const missing = clusters.filter((cluster) => !Object.keys(written).some((path) => path.startsWith(`${cluster}/`)));
  const sites = Object.assign({}, ...missing.map((cluster) => renderSiteFiles(plan, cluster)), written) as Record<string, string>;
  return { sites, sitesFolder: Object.keys(written).length === 0 ? undefined : folder };
}

async function filesBelow(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const isFolder = await stat(folder).then(
    (one) => one.isDirectory(),
    () => false,
  );
  if (!isFolder) return found;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    found[relative(folder, path)] = await readFile(path, 'utf8');
  }
  return found;
}

/** Where a rehearsal's sites repository is, and what it was made from; undefined without one. */
export function describeSites({ plan, sites, sitesFolder }: Pick<PreparedRehearsal, 'plan' | 'sites' | 'sitesFolder'>): string | undefined {
  if (Object.keys(sites).length === 0) return undefined;
  return `https://git.${plan.domain}/sites.git, simulated, ${sitesFolder === undefined ? 'made from the lab file' : `made from ${sitesFolder}`}`;
}
