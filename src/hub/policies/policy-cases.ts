import { objectPath, type KubeObject } from '../../kube/objects.ts';
import type { WaitingOn } from '../../util/step.ts';
import { verdictOn } from '../gitops/policy-state.ts';
import { valueAt } from '../read-object.ts';

const ROOT_LABEL = 'policy.open-cluster-management.io/root-policy';

/** A policy and a cluster that it is for. */
export interface PolicyCase {
  readonly cluster: string;
  /** `<namespace>/<name>` of the policy as written. */
  readonly policy: string;
  /** Compliant, NonCompliant or Pending; Pending also while nothing is known. */
  readonly verdict: string;
  /** What is wrong, in the policy's own words. */
  readonly on: WaitingOn;
}

/** Every policy whose status lists one of the clusters, once for each of them (reference/ztp.md §5.6); not all of the hub. */
export function policyCases(seen: readonly KubeObject[], clusters: readonly string[]): readonly PolicyCase[] {
  const isCopy = ({ metadata }: KubeObject): boolean => metadata.labels?.[ROOT_LABEL] !== undefined;
  const copies = new Map(seen.filter(isCopy).map((copy) => [`${copy.metadata.namespace}/${copy.metadata.name}`, copy]));
  const roots = seen.filter((policy) => !isCopy(policy)).toSorted((a, b) => (objectPath(a) < objectPath(b) ? -1 : 1));
  return roots.flatMap((root) =>
    clusters.flatMap((cluster): PolicyCase[] => {
      const verdict = verdictOn(root, cluster);
      if (verdict === undefined) return [];
      const { namespace, name } = root.metadata;
      const said = wordsOf(copies.get(`${cluster}/${namespace}.${name}`));
      const message = said === '' ? `${cluster} is ${verdict === 'Pending' ? 'still to report on it' : `${verdict} with it`}` : said;
      return [{ cluster, policy: `${namespace}/${name}`, verdict, on: { object: objectPath(root), condition: 'Compliant', reason: verdict, message } }];
    }),
  );
}

interface Detail {
  readonly compliant?: string;
  readonly templateMeta?: { readonly name?: string };
  /** Newest first. */
  readonly history?: readonly { readonly message?: string }[];
}

/** The newest message of each template of a cluster's copy that is not as it should be. */
function wordsOf(copy: KubeObject | undefined): string {
  const details = (valueAt(copy, 'status', 'details') ?? []) as readonly Detail[];
  const open = details.filter(({ compliant }) => compliant !== 'Compliant');
  return open
    .flatMap(({ templateMeta, history }) => (history?.[0]?.message === undefined ? [] : `${templateMeta?.name ?? ''}: ${history[0].message}`))
    .join('; ');
}
