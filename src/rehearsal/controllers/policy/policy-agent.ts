import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../kube/objects.ts';
import { changedOnly } from '../changed-only.ts';
import { isOnline, MANAGED_CLUSTER } from '../cluster/managed-cluster.ts';
import { keyOf, type Controller, type LookAgain } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import { jitterMs } from '../jitter.ts';
import type { ObjectCache } from '../object-cache.ts';
import { POLICY } from '../talm/kinds.ts';
import { platformHolds, platformObjects } from './platform-policy.ts';
import { detailsOf, type Verdict } from './policy-words.ts';
import { isRoot, specOf, statusOf } from './policy.ts';

type Deps = Pick<HubDeps, 'kube' | 'clock' | 'seed'> & Partial<Pick<HubDeps, 'faults' | 'spokes'>>;

interface Finding {
  readonly verdict: Verdict;
  readonly sinceMs: number;
}

/** How often an agent looks at what the release of its cluster has come to: while it is enforced, and else. */
const ENFORCED: LookAgain = { afterMs: 30_000 };
const INFORMED: LookAgain = { afterMs: 60_000, idle: true };
/** The fault `policy-drifts`: how long a policy holds before somebody changes what it asks for. */
const DRIFTS_AFTER_MS = 30_000;

/**
 * The policy agents of the spokes: a policy is found not to hold until it is enforced, then it is made to hold, and holds
 * from then on for as long as it asks for the same. What it asks of the release of the cluster is looked up there and
 * changed there. A cluster that does not answer reports nothing.
 */
export function policyAgent({ kube, clock, seed, faults, spokes }: Deps, cache: ObjectCache): Controller {
  const findings = new Map<string, Finding>();
  const enforced = new Map<string, unknown>();
  const drifted = new Set<string>();

  const verdictFor = async (copy: KubeObject, cluster: string, signal: AbortSignal): Promise<Verdict> => {
    if (faults?.hits('policy-pending-forever', cluster)) return 'Pending';
    if (faults?.hits('policy-noncompliant', cluster)) return 'NonCompliant';
    const platform = platformObjects(copy);
    const spoke = platform && (await spokes?.inside(cluster));
    if (spoke) {
      if (faults?.hits('cgu-times-out', cluster)) return 'NonCompliant';
      return (await platformHolds(spoke, platform, isEnforced(copy), signal)) ? 'Compliant' : 'NonCompliant';
    }
    const id = copy.metadata.uid!;
    const known = findings.get(id);
    const held = known?.verdict === 'Compliant' && enforced.has(id) && clock.now() - known.sinceMs >= DRIFTS_AFTER_MS;
    if (held && faults?.hits('policy-drifts', cluster)) drifted.add(id);
    const holds = isEnforced(copy) || isDeepStrictEqual(enforced.get(id), specOf(copy)['policy-templates']);
    return holds && !drifted.has(id) ? 'Compliant' : 'NonCompliant';
  };

  const lookAgain = (copy: KubeObject, cluster: string, verdict: Verdict): LookAgain | undefined => {
    if (platformObjects(copy) && spokes) return isEnforced(copy) && verdict !== 'Compliant' ? ENFORCED : INFORMED;
    return verdict === 'Compliant' && faults?.hits('policy-drifts', cluster) ? { afterMs: DRIFTS_AFTER_MS } : undefined;
  };

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
      const verdict = await verdictFor(copy, cluster.metadata.name, signal);
      const known = findings.get(id);
      const finding = known?.verdict === verdict ? known : { verdict, sinceMs: clock.now() };
      findings.set(id, finding);
      if (statusOf(copy).compliant === verdict) return lookAgain(copy, cluster.metadata.name, verdict);
      const [minMs, maxMs] = verdict === 'Compliant' ? [5000, 60_000] : [2000, 10_000];
      const leftMs = finding.sinceMs + jitterMs(seed, `Policy/${namespace}/${name}`, verdict, minMs, maxMs) - clock.now();
      if (leftMs > 0) return { afterMs: leftMs };
      if (verdict === 'Compliant') enforced.set(id, specOf(copy)['policy-templates']);
      const status = { ...statusOf(copy), compliant: verdict, details: detailsOf(copy, verdict, clock.now()) };
      await kube.update({ ...copy, status }, { subresource: 'status' }, signal);
      return lookAgain(copy, cluster.metadata.name, verdict);
    },
  };
}

function isEnforced(copy: KubeObject): boolean {
  return specOf(copy).remediationAction?.toLowerCase() === 'enforce';
}
