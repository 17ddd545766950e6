import { objectPath, type KubeObject } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, WaitingOn } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { refTo } from '../kinds.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { POLICY } from './kinds.ts';
import { openSite } from './open-site.ts';
import { isBound, verdictOn } from './policy-state.ts';

/** Time for the propagator; what it has not seen by then it will not see. */
const PATIENCE_MS = 5 * 60_000;

/** Every policy of the commit is on the hub and bound, and they select the cluster: only then may it be released. */
export function verifyPolicies(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'verify-policies',
    title: `Verify that policies wait for ${cluster.name}`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      const { kube } = openHub(input, deps, context);
      const { policies } = await openSite(input, deps, context);
      const wanted = (policies?.objects ?? []).filter(({ kind }) => kind === POLICY.kind);
      if (wanted.length === 0) return;
      const untilMs = context.clock.now() + PATIENCE_MS;
      const namespaces = new Set(wanted.map(({ metadata }) => metadata.namespace!));
      const queries = [...namespaces].map((namespace) => ({ ...POLICY, namespace }));
      await watchUntil({ kube, clock: context.clock, signal: context.signal }, queries, (seen): Look<undefined> => {
        const on = missing(wanted, seen, cluster.name);
        context.waiting(on);
        if (on === undefined) return { met: undefined };
        if (context.clock.now() < untilMs) return { againMs: untilMs - context.clock.now() };
        throw new StepFailed('refused', on, { hint: `see the labels of ManagedCluster ${cluster.name} and the Placement of the policy` });
      });
    },
  };
}

function missing(wanted: readonly KubeObject[], seen: readonly KubeObject[], cluster: string): WaitingOn | undefined {
  const live = wanted.map(({ metadata: { name, namespace } }) => ({
    path: objectPath(refTo(POLICY, name, namespace)),
    policy: seen.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
  }));
  const absent = live.find(({ policy }) => policy === undefined);
  if (absent) return { object: absent.path, condition: 'Exists', reason: 'NotFound', message: 'the policy is not on the hub' };
  const unbound = live.find(({ policy }) => !isBound(policy!));
  if (unbound) return { object: unbound.path, condition: 'Bound', reason: 'NotBound', message: 'no PlacementBinding of the hub binds it' };
  if (live.some(({ policy }) => verdictOn(policy!, cluster) !== undefined)) return undefined;
  return { object: live[0]!.path, condition: 'Placed', reason: 'NotSelected', message: `no placement of a policy selects ${cluster}` };
}
