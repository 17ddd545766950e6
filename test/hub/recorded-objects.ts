import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterObjects, type ClusterObjects } from '../../src/hub/cluster-objects.ts';
import type { Condition, KubeObject } from '../../src/kube/objects.ts';

/** Observed sequences of real controllers; read in place, never copied. */
export const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
/** The real CustomResourceDefinitions stand beside the recordings. */
export const realCrds = join(recorded, '..', 'crds');
export const skip = existsSync(join(recorded, 'assisted')) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';

interface Entry {
  readonly t_ms: number;
  readonly write: number;
  readonly kind: string;
  readonly name: string;
  readonly change: {
    readonly event?: string;
    readonly conditions?: readonly Condition[];
    readonly field?: string;
    readonly value?: unknown;
  };
}

type Draft = { [key: string]: unknown };

/** The objects of a recording after each write, as a watch would have shown them. */
export function* replayRecording(file: string, cluster: string): Generator<{ readonly atMs: number; readonly objects: ClusterObjects }> {
  const { timeline } = JSON.parse(readFileSync(join(recorded, file), 'utf8')) as { readonly timeline: readonly Entry[] };
  const drafts = new Map<string, Draft>();
  for (const [index, entry] of timeline.entries()) {
    if (entry.kind === 'Test') continue;
    applyEntry(drafts, entry);
    if (timeline[index + 1]?.write === entry.write) continue;
    yield { atMs: entry.t_ms, objects: clusterObjects(cluster, structuredClone([...drafts.values()]) as unknown as readonly KubeObject[]) };
  }
}

function applyEntry(drafts: Map<string, Draft>, { kind, name, change }: Entry): void {
  const key = `${kind}/${name}`;
  if (change.event === 'deleted') return void drafts.delete(key);
  const draft: Draft = drafts.get(key) ?? { kind, metadata: { name, namespace: 'spoke-ns' }, status: {} };
  drafts.set(key, draft);
  for (const condition of change.conditions ?? []) {
    const status = draft['status'] as { conditions?: Condition[] };
    status.conditions = [...(status.conditions ?? []).filter(({ type }) => type !== condition.type), condition];
  }
  if (change.field !== undefined) setField(draft, pathOf(change.field), change.value);
}

/** The last part of a path may hold dots: labels, annotations. */
function pathOf(field: string): readonly string[] {
  const [, map, rest] = /^(metadata\.(?:labels|annotations))\.(.*)$/.exec(field) ?? [];
  return map === undefined || rest === undefined ? field.split('.') : [...map.split('.'), rest];
}

function setField(draft: Draft, path: readonly string[], value: unknown): void {
  let at = draft;
  for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Draft;
  at[path.at(-1)!] = value ?? undefined;
}
