import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { isOnline, MANAGED_CLUSTER } from '../cluster/managed-cluster.ts';
import { keyOf, type Controller } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import type { ObjectCache } from '../object-cache.ts';
import { POLICY } from '../talm/kinds.ts';
import { isRoot, specOf, statusOf } from './policy.ts';

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed'> & Partial<Pick<HubDeps, 'faults'>>;

interface Finding {
  readonly verdict: 'Compliant' | 'NonCompliant';
  readonly sinceMs: number;
}

/**
 * The policy agents of the spokes: a policy is found not to hold until it is enforced, then it is made to hold, and holds
 * from then on for as long as it asks for the same. A cluster that does not answer reports nothing.
 */
export function policyAgent({ kube, clock, seed, faults }: Deps, cache: ObjectCache): Controller {
  const findings = new Map<string, Finding>();
  const enforced = new Map<string, unknown>();
  return {
    name: 'policy-agent',
    watches: [
      {
        kind: POLICY,
        keysOf: changedOnly(
          ({ spec }) => spec,
          (policy) => (isRoot(policy) ? [] : [keyOf(policy)]),
        ),
      },
      { kind: MANAGED_CLUSTER, keysOf: changedOnly(isOnline, ({ metadata }) => cache.list({ ...POLICY, namespace: metadata.name }).map(keyOf)) },
    ],
    async reconcile({ namespace, name }, signal) {
      const copy = await kube.get({ ...POLICY, namespace, name }, signal);
      const cluster = cache.get({ ...MANAGED_CLUSTER, name: namespace! });
      if (copy === undefined || isRoot(copy) || cluster === undefined || !isOnline(cluster)) return undefined;
      const id = copy.metadata.uid!;
      const verdict = faults?.hits('policy-noncompliant', cluster.metadata.name) ? 'NonCompliant' : verdictOn(copy, enforced.get(id));
      const known = findings.get(id);
      const finding = known?.verdict === verdict ? known : { verdict, sinceMs: clock.now() };
      findings.set(id, finding);
      if (statusOf(copy).compliant === verdict) return undefined;
      const [minMs, maxMs] = verdict === 'Compliant' ? [5000, 60_000] : [2000, 10_000];
      const leftMs = finding.sinceMs + jitterMs(seed, `Policy/${namespace}/${name}`, verdict, minMs, maxMs) - clock.now();
      if (leftMs > 0) return { afterMs: leftMs };
      if (verdict === 'Compliant') enforced.set(id, specOf(copy)['policy-templates']);
      await kube.update({ ...copy, status: { ...statusOf(copy), compliant: verdict } }, { subresource: 'status' }, signal);
      return undefined;
    },
  };
}

function verdictOn(copy: KubeObject, enforced: unknown): Finding['verdict'] {
  const { remediationAction, 'policy-templates': templates } = specOf(copy);
  const holds = remediationAction?.toLowerCase() === 'enforce' || isDeepStrictEqual(enforced, templates);
  return holds ? 'Compliant' : 'NonCompliant';
}
