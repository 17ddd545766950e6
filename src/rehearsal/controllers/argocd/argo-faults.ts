import type { FaultBoard } from '../hub-deps.ts';
import { clusterOf, type Application } from './application.ts';
import type { Comparison } from './compare.ts';
import { REFRESH_ANNOTATION } from './kinds.ts';
import type { RepoServer, TargetState } from './target-state.ts';

/** The fault `repository-unreachable`: a firewall between Argo CD and a Git host that everybody else reaches. */
export function unreachable(faults: FaultBoard, app: Application): TargetState | undefined {
  if (!faults.hits('repository-unreachable', clusterOf(app))) return undefined;
  const { host } = new URL(app.spec.source?.repoURL ?? 'https://git');
  return {
    error: `Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = failed to list refs: dial tcp ${host}: i/o timeout`,
  };
}

/**
 * The fault `argo-stale-revision`: until somebody asks for a hard refresh, Argo CD takes the commit before for the one it
 * was asked for, and has nothing to do (reference/ztp.md §6.1).
 */
export async function staleRevision(
  faults: FaultBoard,
  repoServer: RepoServer,
  app: Application,
  revision: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const cluster = clusterOf(app);
  if (!faults.hits('argo-stale-revision', cluster)) return undefined;
  if (app.metadata.annotations?.[REFRESH_ANNOTATION] === 'hard') {
    faults.spend('argo-stale-revision', cluster);
    return undefined;
  }
  return repoServer.parentOf(app.spec.source?.repoURL ?? '', revision, signal);
}

/** The fault `argo-out-of-sync`: somebody else keeps changing an object back, so that it never is as Git says. */
export function withForeignChanges(faults: FaultBoard, app: Application, found: Comparison): Comparison {
  const [first, ...rest] = found.resources;
  if (first === undefined || !app.metadata.name.endsWith('-sites') || !faults.hits('argo-out-of-sync', clusterOf(app))) return found;
  return { ...found, status: 'OutOfSync', resources: [{ ...first, status: 'OutOfSync' }, ...rest] };
}
