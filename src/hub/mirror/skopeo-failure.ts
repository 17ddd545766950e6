/** Why a copy failed, as far as anybody acts on it. */
export type CopyFailure =
  /** Worth another try. */
  | 'Transient'
  /** The same; what is written to answers 500, which is also how a full docker-registry looks from here. */
  | 'NotWritten'
  /** A registry refuses the login, or has none. */
  | 'Unauthorized'
  | 'NoSpace'
  /** The source does not have it. */
  | 'ManifestUnknown'
  /** What came is not what was asked for. */
  | 'DigestMismatch'
  | 'UntrustedCertificate'
  | 'NotInstalled'
  | 'Failed';

/** In this order: a registry that is full may also say 500, and one that wants a login may deny by name. Words of skopeo 1.9 and of registries behind it. */
const SIGNS: readonly (readonly [RegExp, CopyFailure])[] = [
  [/no space left on device|insufficient storage|disk quota exceeded|status:?(?: code(?: from registry)?:?)? 507/i, 'NoSpace'],
  [/cannot be started/, 'NotInstalled'],
  // docker-registry says so of a blob that another copy is just writing.
  [/blob unknown to registry/, 'Transient'],
  [/x509:|certificate signed by unknown authority|certificate has expired/, 'UntrustedCertificate'],
  [/digest did not match|does not match|would be changed|digest mismatch|digest_invalid|provided digest/i, 'DigestMismatch'],
  [/(?:writing|uploading|committing) .*status:?(?: code(?: from registry)?:?)? 5\d\d/i, 'NotWritten'],
  [/toomanyrequests|too many requests|status:?(?: code(?: from registry)?:?)? 429/i, 'Transient'],
  [
    /unauthorized|authentication required|denied:|access to the resource is denied|status:?(?: code(?: from registry)?:?)? 40[13]|invalid username\/password/i,
    'Unauthorized',
  ],
  [/manifest unknown|manifest_unknown|name unknown|name_unknown|repository name not known|status:?(?: code(?: from registry)?:?)? 404/i, 'ManifestUnknown'],
  [
    /connection (?:reset|refused|timed out)|broken pipe|i\/o timeout|deadline exceeded|unexpected EOF|: EOF|TLS handshake|no such host|server misbehaving|network is unreachable|no route to host|status:?(?: code(?: from registry)?:?)? 5\d\d|server error|stream error/i,
    'Transient',
  ],
];

/** Reads what skopeo said on its way out. */
export function copyFailure(said: string): CopyFailure {
  return SIGNS.find(([sign]) => sign.test(said))?.[1] ?? 'Failed';
}

const NEXT: Readonly<Record<CopyFailure, string>> = {
  Transient: 'a registry could not be reached, time and again',
  NotWritten: 'the registry inside cannot be written to, time and again: is its disk full? see its log: journalctl -u docker-registry',
  Unauthorized: 'see that the pull secret has a login for both registries: skopeo login HOST',
  NoSpace: 'make room in the folder of the registry: a release takes some 20 GB',
  ManifestUnknown: 'the source does not have it (any more): is the release still published?',
  DigestMismatch: 'what is between here and the source changes images: a proxy, or a registry that converts them',
  UntrustedCertificate: 'name the CA of the registry: jumphost.services.registry.ca in the lab file, --ca by hand',
  NotInstalled: 'install skopeo on this machine',
  Failed: 'see what skopeo says',
};

/** What to do about it. */
export function copyHint(failure: CopyFailure): string {
  return NEXT[failure];
}
