import { objectPath, type KubeObject } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { ActionInput } from '../action.ts';
import { CLUSTER_VERSION, refTo } from '../kinds.ts';
import { textAt, valueAt } from '../read-object.ts';

/** The release a cluster is brought to. */
export interface Target {
  readonly version: string;
  /** By digest: a cluster verifies no other name of an image. */
  readonly image: string;
  /** Nobody signs a nightly, so nobody can verify it. */
  readonly force: boolean;
}

interface Offer {
  readonly version?: string;
  readonly image?: string;
}

/**
 * The job's `ocp` component as a ClusterVersion takes it. Its digest is that of the component, else the one under which the
 * cluster's own update service offers the version.
 *
 * @throws StepFailed when nobody knows the digest.
 */
export function targetOf({ release }: ActionInput, clusterVersion: KubeObject | undefined): Target {
  const { version } = release;
  const force = /-0\.|nightly|\bci\b|konflux/.test(version);
  const image = byDigest(release) ?? offerOf(clusterVersion, version)?.image;
  if (image !== undefined) return { version, image, force };
  const message = `nobody knows the digest of ${release.image}: a cluster verifies images by digest only`;
  const on = { object: objectPath(refTo(CLUSTER_VERSION, 'version')), condition: 'ReleaseAccepted', reason: 'NoDigest', message };
  throw new StepFailed('refused', on, { hint: 'give the ocp component data.digest, or a data.pull_url with @sha256:' });
}

function byDigest({ image, digest }: ActionInput['release']): string | undefined {
  if (image.includes('@sha256:')) return image;
  return digest === undefined ? undefined : `${image.replace(/:[^/:]*$/, '')}@${digest}`;
}

/** A version as the cluster's update graph offers it; one with known risks is conditional, and not recommended. */
export function offerOf(clusterVersion: KubeObject | undefined, version: string): (Offer & { readonly recommended: boolean }) | undefined {
  const available = (valueAt(clusterVersion, 'status', 'availableUpdates') ?? []) as readonly Offer[];
  const conditional = (valueAt(clusterVersion, 'status', 'conditionalUpdates') ?? []) as readonly { readonly release?: Offer }[];
  const offers = [
    ...available.map((offer) => ({ ...offer, recommended: true })),
    ...conditional.flatMap(({ release }) => (release ? [{ ...release, recommended: false }] : [])),
  ];
  return offers.find((offer) => offer.version === version);
}

/** `4.18` of `4.18.2`. */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** The cluster's channel, for the target's minor version; a cluster without one gets none. */
export function channelFor(clusterVersion: KubeObject | undefined, version: string): string | undefined {
  const channel = textAt(clusterVersion, 'spec', 'channel');
  return channel === '' ? undefined : channel.replace(/-\d+\.\d+$/, `-${minorOf(version)}`);
}

/** Why a cluster cannot go from one version to another, if so: not back, and not over a minor version. */
export function pathMistake(from: string, to: string): string | undefined {
  const [a, b] = [numbers(from), numbers(to)];
  if (a[0] !== b[0]) return `${from} and ${to} are different major versions`;
  if (b[1] > a[1] + 1) return `${to} is more than one minor version after ${from}: upgrade to ${a[0]}.${a[1] + 1} first`;
  if (b[1] < a[1] || (b[1] === a[1] && b[2] < a[2])) return `${to} is older than ${from}: an upgrade does not go back`;
  return undefined;
}

function numbers(version: string): readonly [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split('-')[0]!.split('.').map(Number);
  return [major, minor, patch];
}
