import { renderJunit } from '../../render/junit.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { POLICY } from '../gitops/kinds.ts';
import { openHub } from '../hub.ts';
import { rolloutOf } from '../upgrade/rollout.ts';
import { watchUntil, type Look } from '../watch-until.ts';
import { createPolicyJudge } from './judge-policies.ts';
import { policyCases, type PolicyCase } from './policy-cases.ts';

/** TALM's own limit for a roll-out, the minutes by which it notices it late, and our patience after it. */
const LIMIT_MS = 300 * 60_000;

const POLICIES_FILE = 'policies.xml';
export const JUNIT_MIME = 'application/junit';

/** Every policy for the job's clusters holds on each of them: one test case each, in a JUnit file of the job. */
export function validatePolicies(input: ActionInput): Step<ActionDeps> {
  const clusters = rolloutOf(input).clusters.map(({ name }) => name);
  const names = clusters.join(', ');
  return {
    id: 'validate-policies',
    title: `Validate the policies of ${names}`,
    limitMs: LIMIT_MS,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const { clock, signal } = context;
      const startMs = clock.now();
      const judge = createPolicyJudge(startMs);
      let cases: readonly PolicyCase[] = [];
      const write = (): Promise<void> => {
        const tests = cases.map((one) => {
          const { cluster, policy, verdict, on } = one;
          const seconds = Math.max(0, judge.sinceMs(one) - startMs) / 1000;
          const failure = verdict === 'Compliant' ? {} : { failure: { type: verdict, message: hub.redact(on.message) } };
          return { classname: cluster, name: policy, seconds, ...failure };
        });
        return deps.evidence(POLICIES_FILE, renderJunit(`policies of ${names}`, tests), JUNIT_MIME);
      };
      await watchUntil({ kube: hub.kube, clock, signal }, [POLICY], (seen): Look<undefined> => {
        cases = policyCases(seen, clusters);
        const now = judge.at(cases, clock.now());
        if (now.status === 'judged') return { met: undefined };
        context.waiting(now.on && { ...now.on.on, message: hub.redact(now.on.on.message) });
        const compliant = cases.filter(({ verdict }) => verdict === 'Compliant').length;
        if (cases.length > 0) context.progress(Math.floor((100 * compliant) / cases.length));
        return { againMs: now.againMs };
      });
      context.waiting(undefined);
      await write();
      const failed = cases.filter(({ verdict }) => verdict !== 'Compliant');
      context.log(`${cases.length - failed.length} of ${cases.length} policies hold: see ${POLICIES_FILE}`);
      if (cases.length === 0) throw noPolicies(names);
      if (failed[0]) throw doesNotHold(failed[0], failed.length - 1, hub.redact);
    },
  };
}

function noPolicies(names: string): StepFailed {
  const on = { object: POLICY.kind, condition: 'Placed', reason: 'NoPolicies', message: `no policy of the hub selects ${names}: nothing is proven` };
  return new StepFailed('refused', on, { hint: 'see the labels of the ManagedCluster and the placements of the policies, or leave this job away' });
}

function doesNotHold({ cluster, policy, on }: PolicyCase, others: number, redact: (text: string) => string): StepFailed {
  const more = others === 0 ? '' : `; ${others} more in ${POLICIES_FILE}`;
  const hint = `see it on ${cluster}: oc describe policy -n ${cluster} ${policy.replace('/', '.')}; an inform policy is enforced by a ClusterGroupUpgrade only`;
  return new StepFailed(on.reason === 'Pending' ? 'timed_out' : 'refused', { ...on, message: `${redact(on.message)}${more}` }, { hint });
}
