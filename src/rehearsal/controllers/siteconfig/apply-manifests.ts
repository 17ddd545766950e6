import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { isLabwrightError, messageOf } from '../../../util/errors.ts';
import { rfc3339Seconds } from '../conditions.ts';
import type { ManifestReference, ManifestStatus } from '../../../render/siteconfig/instance-status.ts';
import { applyFailure, FIELD_MANAGER } from '../../../render/siteconfig/stages.ts';
import type { Manifest } from '../../../render/siteconfig/render-templates.ts';
import { waveOf } from '../../../render/siteconfig/sync-wave.ts';

export interface Applied {
  readonly references: readonly ManifestReference[];
  /** The first refusal. */
  readonly error: string | undefined;
}

/** Applies every manifest, or tries to: one refusal does not keep the others back. */
export async function applyManifests(
  { kube, nowMs }: { readonly kube: KubeClient; readonly nowMs: number },
  manifests: readonly Manifest[],
  dryRun: boolean,
  signal: AbortSignal,
): Promise<Applied> {
  const references: ManifestReference[] = [];
  let first: string | undefined;
  for (const manifest of manifests) {
    try {
      await kube.apply(manifest.object, { fieldManager: FIELD_MANAGER, force: true, dryRun }, signal);
      references.push(referenceTo(manifest, dryRun ? 'validated' : 'rendered', nowMs));
    } catch (error) {
      signal.throwIfAborted();
      const message = applyFailure(reasonOf(error, manifest.object));
      references.push({ ...referenceTo(manifest, 'failed', nowMs), message });
      first ??= message;
    }
  }
  return { references, error: first };
}

function reasonOf(error: unknown, { apiVersion, kind }: KubeObject): string {
  if (isKubeApiError(error)) return error.serverMessage;
  // The client finds no such kind in discovery; these are the words of the operator's client for it (recorded case template-unknown-kind).
  if (isLabwrightError(error) && error.code === 'not_found') return `no matches for kind "${kind}" in version "${apiVersion}"`;
  return messageOf(error);
}

export function referenceTo({ object }: Manifest, status: ManifestStatus, nowMs: number): ManifestReference {
  const { name, namespace } = object.metadata;
  return {
    apiGroup: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace !== undefined && { namespace }),
    syncWave: waveOf(object),
    status,
    lastAppliedTime: rfc3339Seconds(nowMs),
  };
}

/** The list with some entries replaced in place and new ones at the end, as the operator keeps it. */
export function withReferences(list: readonly ManifestReference[] | undefined, given: readonly ManifestReference[]): readonly ManifestReference[] {
  const result = [...(list ?? [])];
  for (const one of given) {
    const at = result.findIndex((other) => sameObject(other, one));
    if (at < 0) result.push(one);
    else result[at] = one;
  }
  return result;
}

export function sameObject(a: ManifestReference, b: ManifestReference): boolean {
  return a.apiGroup === b.apiGroup && a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
}
