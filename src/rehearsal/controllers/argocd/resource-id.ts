import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject, ObjectRef } from '../../../kube/objects.ts';
import type { ResourceId } from './application.ts';
import { TRACKING_ANNOTATION, WAVE_ANNOTATION } from './kinds.ts';

export function idOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): ResourceId {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return { group: group ?? '', version: version ?? '', kind, ...(namespace !== undefined && { namespace }), name };
}

export function refOfId({ group, version, kind, namespace, name }: ResourceId): ObjectRef {
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, name, ...(namespace !== undefined && { namespace }) };
}

export function sameId(a: ResourceId, b: ResourceId): boolean {
  return a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

/** Which Application made an object. */
export function trackingId(application: string, { group, kind, namespace, name }: ResourceId): string {
  return `${application}:${group}/${kind}:${namespace ?? ''}/${name}`;
}

/** The Application that an object says it belongs to. */
export function trackedBy({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[TRACKING_ANNOTATION]?.split(':')[0];
}

export function waveOf({ metadata }: KubeObject): number {
  return Number.parseInt(metadata.annotations?.[WAVE_ANNOTATION] ?? '0', 10) || 0;
}

/** Whether objects of a kind live in namespaces; undefined for a kind that the server does not know. */
export function createScopes(kube: KubeClient): (object: Pick<KubeObject, 'apiVersion' | 'kind'>, signal: AbortSignal) => Promise<boolean | undefined> {
  const known = new Map<string, boolean>();
  return async ({ apiVersion, kind }, signal) => {
    const key = `${apiVersion} ${kind}`;
    if (!known.has(key)) {
      const { body } = await kube.raw('GET', apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`, undefined, signal);
      const { resources = [] } = body as { resources?: readonly { kind: string; name: string; namespaced: boolean }[] };
      for (const one of resources) if (!one.name.includes('/')) known.set(`${apiVersion} ${one.kind}`, one.namespaced);
    }
    return known.get(key);
  };
}
