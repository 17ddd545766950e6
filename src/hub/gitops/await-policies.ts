import type { KubeObject } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { POLICY } from './kinds.ts';
import { openSite } from './open-site.ts';
import { verdictOn, waitingOnPolicy } from './policy-state.ts';

/** TALM's own limit for a roll-out, and the minutes by which it notices it late (reference/ztp.md §2.10a.18). */
const LIMIT_MS = 250 * 60_000;

/** The cluster is as its policies ask: those of the commit that select it, and no others of the hub. */
export function awaitPolicies(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'await-policies',
    title: `Wait until ${cluster.name} follows its policies`,
    limitMs: LIMIT_MS + 10 * 60_000,
    async run(deps, context) {
      const { kube } = openHub(input, deps, context);
      const { policies } = await openSite(input, deps, context);
      const wanted = (policies?.objects ?? []).filter(({ kind }) => kind === POLICY.kind);
      if (wanted.length === 0) return;
      const untilMs = context.clock.now() + LIMIT_MS;
      const namespaces = new Set(wanted.map(({ metadata }) => metadata.namespace!));
      const queries = [...namespaces].map((namespace) => ({ ...POLICY, namespace }));
      const isWanted = ({ metadata }: KubeObject): boolean =>
        wanted.some((one) => one.metadata.name === metadata.name && one.metadata.namespace === metadata.namespace);
      await watchUntil({ kube, clock: context.clock, signal: context.signal }, queries, (seen): Look<undefined> => {
        const own = seen.filter((policy) => isWanted(policy) && verdictOn(policy, cluster.name) !== undefined);
        const open = own.filter((policy) => verdictOn(policy, cluster.name) !== 'Compliant');
        const first = open.find((policy) => verdictOn(policy, cluster.name) === 'NonCompliant') ?? open[0];
        const on = first && waitingOnPolicy(first, cluster.name);
        context.waiting(on);
        if (on === undefined) return { met: undefined };
        context.progress(Math.round((100 * (own.length - open.length)) / own.length));
        if (context.clock.now() < untilMs) return { againMs: untilMs - context.clock.now() };
        throw new StepFailed('timed_out', on, {
          hint: `see status.details of the policy's copy in namespace ${cluster.name}, and the ClusterGroupUpgrade ${cluster.name} in ztp-install`,
        });
      });
    },
  };
}
