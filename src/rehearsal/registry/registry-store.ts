import { createHash } from 'node:crypto';

export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly content: Buffer;
}

/** What a registry holds, in memory. */
export interface RegistryStore {
  /** By tag or digest. */
  manifest(repository: string, reference: string): StoredManifest | undefined;
  /** @returns what the registry refuses it for: an error code of the distribution specification. */
  putManifest(
    repository: string,
    reference: string,
    mediaType: string,
    content: Buffer,
  ): StoredManifest | 'DIGEST_INVALID' | 'MANIFEST_INVALID' | 'MANIFEST_BLOB_UNKNOWN';
  blob(repository: string, digest: string): Buffer | undefined;
  putBlob(repository: string, content: Buffer): void;
  /** From now on any manifest is taken for that digest: an image that a rehearsal does not have. */
  standFor(repository: string, digest: string): void;
  /** Undefined for a repository that nobody has pushed to. */
  tags(repository: string): readonly string[] | undefined;
}

/** What a manifest refers to, as far as a registry looks: blobs of an image, or manifests of a list (OCI image specification). */
interface References {
  readonly config?: { readonly digest?: string };
  readonly layers?: readonly { readonly digest?: string }[];
  readonly manifests?: readonly { readonly digest?: string }[];
}

export function createRegistryStore(): RegistryStore {
  const manifests = new Map<string, StoredManifest>();
  const blobs = new Map<string, Buffer>();
  const tags = new Map<string, Set<string>>();
  const stoodFor = new Set<string>();
  const keyOf = (repository: string, reference: string): string => `${repository} ${reference}`;
  return {
    manifest: (repository, reference) => manifests.get(keyOf(repository, reference)),
    putManifest(repository, reference, mediaType, content) {
      const isDigest = reference.startsWith('sha256:');
      const digest = stoodFor.has(keyOf(repository, reference)) ? reference : digestOf(content);
      if (isDigest && reference !== digest) return 'DIGEST_INVALID';
      const references = parse(content);
      if (references === undefined) return 'MANIFEST_INVALID';
      const parts = [references.config, ...(references.layers ?? [])].filter((part) => part !== undefined);
      if (parts.some((part) => !blobs.has(keyOf(repository, part.digest ?? '')))) return 'MANIFEST_BLOB_UNKNOWN';
      if (references.manifests?.some((part) => !manifests.has(keyOf(repository, part.digest ?? '')))) return 'MANIFEST_BLOB_UNKNOWN';
      const stored = { digest, mediaType, content };
      manifests.set(keyOf(repository, digest), stored);
      const known = tags.get(repository) ?? new Set();
      tags.set(repository, isDigest ? known : known.add(reference));
      if (!isDigest) manifests.set(keyOf(repository, reference), stored);
      return stored;
    },
    blob: (repository, digest) => blobs.get(keyOf(repository, digest)),
    putBlob: (repository, content) => void blobs.set(keyOf(repository, digestOf(content)), content),
    standFor: (repository, digest) => void stoodFor.add(keyOf(repository, digest)),
    tags: (repository) => {
      const known = tags.get(repository);
      return known && [...known].toSorted();
    },
  };
}

export function digestOf(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function parse(content: Buffer): References | undefined {
  try {
    const value: unknown = JSON.parse(content.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
