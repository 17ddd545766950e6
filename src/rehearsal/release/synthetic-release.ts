import { createHash } from 'node:crypto';
import { parseImageReference } from '../../render/mirror/image-reference.ts';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
/** The only blob of every image here, as the specification has it for images without content. */
export const EMPTY = Buffer.from('{}');
const RELEASES = 'quay.io/openshift-release-dev/ocp-release';
const COMPONENTS = 'quay.io/openshift-release-dev/ocp-v4.0-art-dev';

/** Some of a release's components; a real one has some 190. */
const NAMES = [
  'agent-installer-api-server',
  'agent-installer-csr-approver',
  'agent-installer-node-agent',
  'agent-installer-orchestrator',
  'baremetal-installer',
  'baremetal-operator',
  'cli',
  'cluster-version-operator',
  'coredns',
  'etcd',
  'haproxy-router',
  'hyperkube',
  'installer',
  'ironic',
  'ironic-machine-os-downloader',
  'keepalived-ipfailover',
  'machine-config-operator',
  'oauth-server',
  'ovn-kubernetes',
  'pod',
  'rhel-coreos',
];

/** The releases by which a digest is recognised: 4.14 to 4.20, each to its sixtieth. */
const MINORS = [14, 15, 16, 17, 18, 19, 20];
const PATCHES = 61;

/** What `oc adm release info -o json` prints, as far as anybody here looks. */
export interface SyntheticRelease {
  readonly image: string;
  readonly digest: string;
  readonly metadata: { readonly kind: string; readonly version: string };
  readonly references: {
    readonly kind: 'ImageStream';
    readonly apiVersion: string;
    readonly metadata: { readonly name: string };
    readonly spec: { readonly tags: readonly { readonly name: string; readonly from: { readonly kind: 'DockerImage'; readonly name: string } }[] };
  };
  readonly displayVersions: { readonly 'machine-os': { readonly Version: string; readonly DisplayName: string } };
}

/** A release of a rehearsal: the same version always has the same digests, which are nobody's else. */
export function syntheticRelease(version: string): SyntheticRelease {
  const digest = releaseDigest(version);
  const tags = NAMES.map((name) => ({ name, from: { kind: 'DockerImage' as const, name: `${COMPONENTS}@${digestOf(syntheticManifest(version, name))}` } }));
  const [major = '4', minor = '0', patch = '0'] = version.split('.');
  return {
    image: `${RELEASES}@${digest}`,
    digest,
    metadata: { kind: 'cincinnati-metadata-v0', version },
    references: { kind: 'ImageStream', apiVersion: 'image.openshift.io/v1', metadata: { name: version }, spec: { tags } },
    displayVersions: { 'machine-os': { Version: `${major}${minor}.94.2025010100-${patch}`, DisplayName: 'Red Hat Enterprise Linux CoreOS' } },
  };
}

/** An image without content: its digest is that of this text (OCI image specification). */
export function syntheticManifest(version: string, name: string): string {
  const annotations = { 'org.opencontainers.image.title': name, 'org.opencontainers.image.version': version };
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(EMPTY), size: EMPTY.length };
  return JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: empty, layers: [empty], annotations });
}

/** The version of a release image: from its tag, or, by digest, of the synthetic release that has it. @returns undefined for another's digest. */
export function releaseVersionOf(image: string): string | undefined {
  const digest = parseImageReference(image)?.digest;
  if (digest !== undefined) return versionsByDigest().get(digest);
  return /:v?(\d+\.\d+\.\d+[^:/@]*?)(?:-(?:x86_64|aarch64|multi|ppc64le|s390x))?$/.exec(image)?.[1];
}

let byDigest: ReadonlyMap<string, string> | undefined;

function versionsByDigest(): ReadonlyMap<string, string> {
  const versions = MINORS.flatMap((minor) => Array.from({ length: PATCHES }, (_, patch) => `4.${minor}.${patch}`));
  return (byDigest ??= new Map(versions.map((version) => [releaseDigest(version), version])));
}

function releaseDigest(version: string): string {
  return digestOf(syntheticManifest(version, 'release'));
}

function digestOf(text: string | Buffer): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
