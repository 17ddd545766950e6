import type { Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { placementController } from '../placement/placement-controller.ts';
import { policyAgent } from './policy-agent.ts';
import { propagator } from './propagator.ts';

/** Placements, policies, and what the spokes make of them. */
export function policyControllers(
  deps: Pick<HubDeps, 'kube' | 'clock' | 'seed'> & Partial<Pick<HubDeps, 'faults' | 'spokes'>>,
  cache: ObjectCache,
): readonly Controller[] {
  return [placementController(deps, cache), propagator(deps, cache), policyAgent(deps, cache)];
}
