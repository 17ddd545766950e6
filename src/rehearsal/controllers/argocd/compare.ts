import { undefinedIfUnserved } from '../../../kube/list-if-served.ts';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { isRecord } from '../../../util/is-record.ts';
import { POLICY } from '../talm/kinds.ts';
import type { ApplicationSpec, Health, ResourceStatus } from './application.ts';
import { idOf, refOfId, sameId, waveOf } from './resource-id.ts';

export interface Comparison {
  readonly resources: readonly ResourceStatus[];
  readonly status: 'Synced' | 'OutOfSync';
  readonly health: Health;
}

/**
 * Holds what Git asks for against what the hub has. An object is Synced when it has every field that is asked for, with
 * that value; what controllers and defaults have added does not count.
 *
 * @param known what the Application had before: of that, what Git asks for no longer is to be pruned.
 */
export async function compare(
  kube: KubeClient,
  spec: ApplicationSpec,
  targets: readonly KubeObject[],
  known: readonly ResourceStatus[],
  signal: AbortSignal,
): Promise<Comparison> {
  const resources: ResourceStatus[] = [];
  for (const target of targets) {
    const id = idOf(target);
    const live = await getLive(kube, id, signal);
    const wave = waveOf(target);
    const synced = live !== undefined && live.metadata.deletionTimestamp === undefined && contains(live, withoutIgnored(spec, normalized(target)));
    const health = live === undefined ? ({ status: 'Missing' } as const) : healthOf(live);
    resources.push({ ...id, status: synced ? 'Synced' : 'OutOfSync', ...(health && { health }), ...(wave !== 0 && { syncWave: wave }) });
  }
  for (const old of known) {
    if (resources.some((one) => sameId(one, old))) continue;
    const { group, version, kind, namespace, name } = old;
    const id = { group, version, kind, name, ...(namespace !== undefined && { namespace }) };
    if (await getLive(kube, id, signal)) resources.push({ ...id, status: 'OutOfSync', requiresPruning: true });
  }
  const worst = HEALTHS.find((status) => resources.some(({ health }) => health?.status === status)) ?? 'Healthy';
  return { resources, status: resources.every(({ status }) => status === 'Synced') ? 'Synced' : 'OutOfSync', health: { status: worst } };
}

/** The worst first. */
const HEALTHS = ['Degraded', 'Missing', 'Progressing'] as const;

/** @returns undefined also for a kind that the hub does not serve. */
function getLive(kube: KubeClient, id: Parameters<typeof refOfId>[0], signal: AbortSignal): Promise<KubeObject | undefined> {
  return kube.get(refOfId(id), signal).catch(undefinedIfUnserved);
}

/** Of the kinds we see here Argo CD knows only a policy's health. */
function healthOf(live: KubeObject): Health | undefined {
  if (live.kind !== POLICY.kind) return undefined;
  const { compliant } = (live['status'] ?? {}) as { readonly compliant?: string };
  if (compliant === 'Compliant') return { status: 'Healthy', message: 'Policy is compliant' };
  if (compliant === 'NonCompliant') return { status: 'Degraded', message: 'Policy is not compliant' };
  return { status: 'Progressing', message: 'Waiting for the status to be reported' };
}

/** A Secret's stringData is stored as data. */
function normalized(target: KubeObject): KubeObject {
  const { stringData, ...rest } = target;
  if (target.kind !== 'Secret' || !isRecord(stringData)) return target;
  const data = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]);
  return { ...rest, data: { ...(target['data'] as object | undefined), ...Object.fromEntries(data) } };
}

function withoutIgnored({ ignoreDifferences = [] }: ApplicationSpec, target: KubeObject): KubeObject {
  const id = idOf(target);
  const copy = structuredClone(target);
  for (const { group = '', kind, name, namespace, jsonPointers = [] } of ignoreDifferences) {
    if (group !== id.group || kind !== id.kind || (name !== undefined && name !== id.name) || (namespace !== undefined && namespace !== id.namespace)) continue;
    for (const pointer of jsonPointers)
      remove(
        copy,
        pointer
          .split('/')
          .slice(1)
          .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')),
      );
  }
  return copy;
}

function remove(value: unknown, [key, ...rest]: readonly string[]): void {
  if (key === undefined || !isRecord(value)) return;
  if (rest.length === 0) delete (value as Record<string, unknown>)[key];
  else remove(value[key], rest);
}

function contains(live: unknown, wanted: unknown): boolean {
  if (isEmpty(wanted)) return isEmpty(live) || typeof live === typeof wanted;
  if (Array.isArray(wanted)) return Array.isArray(live) && live.length === wanted.length && wanted.every((one, index) => contains(live[index], one));
  if (isRecord(wanted)) return isRecord(live) && Object.entries(wanted).every(([key, value]) => contains(live[key], value));
  return live === wanted;
}

/** What an API server may leave out. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}
