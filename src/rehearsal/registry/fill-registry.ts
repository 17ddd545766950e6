import { parseImageReference } from '../../render/mirror/image-reference.ts';
import { EMPTY, MANIFEST_TYPE, syntheticManifest, syntheticRelease } from '../release/synthetic-release.ts';
import { digestOf, type RegistryStore } from './registry-store.ts';

/** The repository where an image goes that is `image` outside. */
export type PlaceImage = (image: string) => string;

/** Puts the images of a release of a rehearsal into a registry, without the component `without`, and its tag. */
export function addRelease(store: RegistryStore, version: string, place: PlaceImage, without?: string): void {
  const { image, references } = syntheticRelease(version);
  for (const { name, from } of references.spec.tags) {
    if (name !== without) addImage(store, place(from.name), syntheticManifest(version, name));
  }
  const repository = place(image);
  const content = syntheticManifest(version, 'release');
  addImage(store, repository, content);
  store.putManifest(repository, `${version}-x86_64`, MANIFEST_TYPE, Buffer.from(content));
}

/** An image that a lab file names by digest: nobody here has what it is made of, so another stands for it, from now on or once it is pushed. */
export function addStandIn(store: RegistryStore, image: string, place: PlaceImage, { content }: { readonly content: boolean }): void {
  const { digest, repository: name } = parseImageReference(image)!;
  const repository = place(image);
  store.standFor(repository, digest!);
  if (!content) return;
  store.putBlob(repository, EMPTY);
  store.putManifest(repository, digest!, MANIFEST_TYPE, Buffer.from(syntheticManifest(digest!, name)));
}

function addImage(store: RegistryStore, repository: string, content: string): void {
  store.putBlob(repository, EMPTY);
  const stored = store.putManifest(repository, digestOf(content), MANIFEST_TYPE, Buffer.from(content));
  if (typeof stored === 'string') throw new Error(`the registry refuses an image of its own: ${stored}`);
}
