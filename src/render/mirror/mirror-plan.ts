import { LabwrightError } from '../../util/errors.ts';
import { parseImageReference, pinOf } from './image-reference.ts';
import type { ReleaseImages } from './read-release-images.ts';

export interface MirroredImage {
  /** `release`, or the component's name in the release. */
  readonly name: string;
  /** By digest, where it comes from. */
  readonly source: string;
  /** By the same digest, where it must be. */
  readonly mirror: string;
}

/** A repository and where the images of it are instead. */
export interface MirrorSource {
  readonly source: string;
  readonly mirror: string;
}

/** What a registry inside must hold for a release to be installed without a way out. */
export interface MirrorPlan {
  readonly version: string;
  /** `registry.our.lab:5000`. */
  readonly registry: string;
  /** The release image first. An image that several components share is named once. */
  readonly images: readonly MirroredImage[];
  readonly sources: readonly MirrorSource[];
}

/** Where oc-mirror puts OpenShift's own repositories; others keep their path. */
const PATHS: Readonly<Record<string, string>> = {
  'quay.io/openshift-release-dev/ocp-release': 'openshift/release-images',
  'quay.io/openshift-release-dev/ocp-v4.0-art-dev': 'openshift/release',
};

/** Which images a release needs, and `additional` ones by digest, and where in the registry. Pure. */
export function planMirror(release: ReleaseImages, registry: string, additional: readonly string[] = []): MirrorPlan {
  const images = new Map<string, MirroredImage>();
  const sources = new Map<string, MirrorSource>();
  for (const { name, image } of [{ name: 'release', image: release.image }, ...release.components, ...additional.map(named)]) {
    const { source, mirror } = mirrorSourceOf(image, registry);
    sources.set(source, { source, mirror });
    if (!images.has(image)) images.set(image, { name, source: image, mirror: mirrored(image, registry) });
  }
  return { version: release.version, registry, images: [...images.values()], sources: [...sources.values()] };
}

/** By the last part of its repository. */
function named(image: string): { readonly name: string; readonly image: string } {
  return { name: referenceOf(image).repository.split('/').at(-1)!, image };
}

/** The same image in the registry, by the same tag or digest. @throws LabwrightError `bad_input` for a name without a registry. */
export function mirrored(image: string, registry: string): string {
  return mirrorSourceOf(image, registry).mirror + pinOf(referenceOf(image));
}

function mirrorSourceOf(image: string, registry: string): MirrorSource {
  const { host, repository } = referenceOf(image);
  const source = `${host}/${repository}`;
  return { source, mirror: `${registry}/${PATHS[source] ?? repository}` };
}

function referenceOf(image: string): NonNullable<ReturnType<typeof parseImageReference>> {
  const reference = parseImageReference(image);
  if (!reference)
    throw new LabwrightError('bad_input', `${image} is no image of a registry`, { hint: 'write HOST/REPOSITORY:TAG or HOST/REPOSITORY@sha256:…' });
  return reference;
}
