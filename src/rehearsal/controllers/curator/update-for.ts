import type { KubeObject } from '../../../kube/objects.ts';

/** What of a ClusterCurator's spec an upgrade is asked by. */
export interface CuratorUpgrade {
  readonly desiredUpdate: string;
  readonly channel?: string;
}

interface Offer {
  readonly version: string;
  readonly image: string;
}

interface Status {
  readonly availableUpdates?: readonly Offer[] | null;
  readonly conditionalUpdates?: readonly { readonly release: Offer }[] | null;
}

const UNRECOMMENDED_ANNOTATION = 'cluster.open-cluster-management.io/upgrade-allow-not-recommended-versions';

/**
 * What a curator writes into a ClusterVersion's spec: a version of its update graph; with the annotation any version, by a
 * tag where the graph does not have it (cluster-curator-controller, pkg/jobs/hive/hive.go).
 */
export function updateFor(
  version: KubeObject,
  { desiredUpdate, channel }: CuratorUpgrade,
  annotations: Readonly<Record<string, string>>,
): { readonly spec: object } | { readonly mistake: string } {
  const { availableUpdates, conditionalUpdates } = (version['status'] ?? {}) as Status;
  const available = (availableUpdates ?? []).find((one) => one.version === desiredUpdate);
  const more = channel === undefined ? {} : { channel };
  if (annotations[UNRECOMMENDED_ANNOTATION] !== 'true') {
    if (available === undefined) return { mistake: 'Provided version is not valid' };
    return { spec: { desiredUpdate: { version: desiredUpdate, image: available.image, force: false }, ...more } };
  }
  const conditional = (conditionalUpdates ?? []).find(({ release }) => release.version === desiredUpdate)?.release;
  const image = conditional?.image ?? available?.image ?? `quay.io/openshift-release-dev/ocp-release:${desiredUpdate}-multi`;
  return { spec: { desiredUpdate: { version: desiredUpdate, image, force: true }, ...more } };
}
