import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { applicationController } from './application-controller.ts';
import { createScopes } from './resource-id.ts';
import { createRepoServer } from './target-state.ts';

/** Argo CD, as OpenShift GitOps runs it on a hub; none where the world has no git. */
export function argocdControllers({ git, ...deps }: HubDeps): readonly Controller[] {
  if (git === undefined) return [];
  const { kube, clock, seed, faults, log } = deps;
  return [applicationController({ kube, clock, seed, faults, log, repoServer: createRepoServer({ kube, git }), isNamespaced: createScopes(kube) })];
}
