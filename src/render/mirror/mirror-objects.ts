import type { KubeObject } from '../../kube/objects.ts';
import type { MirrorPlan, MirrorSource } from './mirror-plan.ts';

/** The first minor release of OpenShift 4 that knows ImageDigestMirrorSets, and `imageDigestSources` in install-config. */
const DIGEST_MIRRORS_FROM = 13;

function knowsDigestMirrors(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 4 || minor >= DIGEST_MIRRORS_FROM;
}

/** What tells a cluster's nodes where the images are: an ImageDigestMirrorSet, or for releases before 4.13 an ImageContentSourcePolicy. */
export function mirrorObject({ version, sources }: Pick<MirrorPlan, 'version' | 'sources'>): KubeObject {
  const metadata = { name: `release-${version}` };
  if (!knowsDigestMirrors(version)) {
    const repositoryDigestMirrors = sources.map(({ source, mirror }) => ({ source, mirrors: [mirror] }));
    return { apiVersion: 'operator.openshift.io/v1alpha1', kind: 'ImageContentSourcePolicy', metadata, spec: { repositoryDigestMirrors } };
  }
  const imageDigestMirrors = sources.map(({ source, mirror }) => ({ source, mirrors: [mirror], mirrorSourcePolicy: 'NeverContactSource' }));
  return { apiVersion: 'config.openshift.io/v1', kind: 'ImageDigestMirrorSet', metadata, spec: { imageDigestMirrors } };
}

/** The same for install-config, with the CA that the registry's certificate is from. */
export function mirrorInstallConfig({ version, sources }: Pick<MirrorPlan, 'version' | 'sources'>, ca: string | undefined): Readonly<Record<string, unknown>> {
  const mirrors = sources.map(({ source, mirror }) => ({ source, mirrors: [mirror] }));
  return {
    [knowsDigestMirrors(version) ? 'imageDigestSources' : 'imageContentSources']: mirrors,
    ...(ca !== undefined && { additionalTrustBundle: ca }),
  };
}

/** The same as `registries.conf` (containers-registries.conf(5)), which assisted-service reads and hands on to its spokes. */
export function registriesConf(sources: readonly MirrorSource[]): string {
  const tables = sources.map(
    ({ source, mirror }) => `[[registry]]
  prefix = ""
  location = ${JSON.stringify(source)}
  mirror-by-digest-only = true

  [[registry.mirror]]
    location = ${JSON.stringify(mirror)}
`,
  );
  return ['unqualified-search-registries = []\n', ...tables].join('\n');
}
