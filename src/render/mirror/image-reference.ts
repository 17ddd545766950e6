/** `HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`, taken apart. */
export interface ImageReference {
  /** `quay.io`, `registry.our.lab:5000`. */
  readonly host: string;
  /** `openshift-release-dev/ocp-release`. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:…`. */
  readonly digest: string | undefined;
}

const REFERENCE = /^([\w.-]+(?::\d+)?)\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** @returns undefined for what is no reference with a registry in front: short names mean whatever a machine's configuration says. */
export function parseImageReference(text: string): ImageReference | undefined {
  const [, host, repository, tag, digest] = REFERENCE.exec(text) ?? [];
  return host === undefined || repository === undefined ? undefined : { host, repository, tag, digest };
}

/** What comes after the repository: a digest wins over a tag, as for the tools that pull. */
export function pinOf({ tag, digest }: ImageReference): string {
  return digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`;
}
