import { isDeepStrictEqual } from 'node:util';
import type { Difference } from '../difference.ts';
import { compareSnapshots } from './compare-snapshots.ts';
import type { Replayed } from './play-case.ts';
import type { SiteconfigCase } from './recording.ts';

/** The 60 s of a wave are real, everything below some seconds is not (recorded/README.md). */
const TOLERANCE_MS = 3000;

/** Where a replay is not what the operator did, by the rules of recorded/README.md. */
export function differencesBetween(recorded: SiteconfigCase, replayed: Replayed): readonly Difference[] {
  return [
    ...answers(recorded, replayed),
    ...conditions(recorded, replayed),
    ...compareSnapshots(recorded, replayed),
    ...deletions(recorded, replayed),
    ...generations(recorded, replayed),
    ...ends(recorded, replayed),
  ];
}

function answers({ actions = [] }: SiteconfigCase, replayed: Replayed): readonly Difference[] {
  return actions.flatMap(({ t_ms, method, path, responseStatus, response }, index) => {
    const answer = replayed.answers[index];
    const [expected, got] = [`${responseStatus} ${response?.message ?? ''}`, `${answer?.status} ${answer?.message ?? ''}`];
    return expected === got ? [] : [{ t: t_ms, object: `${method} ${path}`, expected: expected.trim(), got: got.trim() }];
  });
}

function conditions(recorded: SiteconfigCase, { conditions: seen }: Replayed): readonly Difference[] {
  const object = instanceOf(recorded);
  const expected: Record<string, { t_ms: number; line: string }[]> = {};
  for (const { t_ms, type, status, reason, message } of recorded.conditionTimeline)
    (expected[type] ??= []).push({ t_ms, line: `${status} ${reason} | ${message}` });
  return [...new Set([...Object.keys(expected), ...Object.keys(seen)])].flatMap((type) => {
    const [wanted, got] = [expected[type] ?? [], seen[type] ?? []];
    const at = Array.from({ length: Math.max(wanted.length, got.length) }, (_one, index) => index).find((index) => wanted[index]?.line !== got[index]?.line);
    if (at === undefined) return [];
    const [one, other] = [wanted[at], got[at]];
    const line = (value: { readonly line: string } | undefined): string => `${type}: ${value?.line ?? 'nothing more'}`;
    return [{ t: one?.t_ms ?? other?.t_ms ?? 0, object, expected: line(one), got: line(other) }];
  });
}

function deletions(recorded: SiteconfigCase, replayed: Replayed): readonly Difference[] {
  const expected = recorded.objectTimeline.filter(({ event }) => event === 'DELETED').map(({ t_ms, kind, name }) => ({ object: `${kind}/${name}`, t_ms }));
  const missing = expected.flatMap(({ object, t_ms }) => {
    const seen = replayed.deletions.filter((one) => one.object === object);
    if (seen.some((one) => Math.abs(one.t_ms - t_ms) < TOLERANCE_MS)) return [];
    return [{ t: t_ms, object, expected: `deleted at ${t_ms} ms`, got: seen[0] ? `deleted at ${seen[0].t_ms} ms` : 'not deleted' }];
  });
  const times = (object: string, list: readonly { readonly object: string }[]): number => list.filter((one) => one.object === object).length;
  const invented = replayed.deletions.filter(({ object }) => times(object, replayed.deletions) > times(object, expected));
  return [...missing, ...invented.map(({ object, t_ms }) => ({ t: t_ms, object, expected: 'not deleted so often', got: `deleted at ${t_ms} ms` }))];
}

function generations(recorded: SiteconfigCase, { observedGenerations }: Replayed): readonly Difference[] {
  const expected = recorded.metadataTimeline.flatMap(({ t_ms, observedGeneration }) =>
    observedGeneration === undefined ? [] : [{ t: Number(t_ms), observedGeneration }],
  );
  const numbers = expected.map((one) => one.observedGeneration);
  if (isDeepStrictEqual(numbers, observedGenerations)) return [];
  const first = expected.find(({ observedGeneration }, index) => observedGeneration !== observedGenerations[index]);
  const what = (list: readonly unknown[]): string => `observedGeneration: ${list.join(', ')}`;
  return [{ t: first?.t ?? endOf(recorded), object: instanceOf(recorded), expected: what(numbers), got: what(observedGenerations) }];
}

function ends(recorded: SiteconfigCase, { instance, second }: Replayed): readonly Difference[] {
  const object = instanceOf(recorded);
  const gone = recorded.metadataTimeline.some(({ event }) => event === 'DELETED');
  const found: Difference[] = [];
  const compare = (what: string, expected: unknown, got: unknown): void => {
    if (isDeepStrictEqual(expected, got)) return;
    found.push({ t: endOf(recorded), object, expected: `${what}: ${JSON.stringify(expected)}`, got: `${what}: ${JSON.stringify(got)}` });
  };
  compare('is there', !gone, instance !== undefined);
  if (!gone && instance) compare('status', comparable(recorded.finalStatus), comparable(instance['status'] ?? {}));
  if (recorded.secondStatus !== undefined) compare('status of the second', comparable(recorded.secondStatus), comparable(second?.['status'] ?? {}));
  return found;
}

/** A status without times, its conditions in order of type. */
function comparable(status: unknown): unknown {
  const timeless = JSON.stringify(status).replaceAll(/"\d{4}-\d\d-\d\dT[\d:]+Z"/g, '"<time>"');
  return JSON.parse(timeless, (key, value: unknown) =>
    key === 'conditions' ? (value as { type: string }[]).toSorted((a, b) => (a.type < b.type ? -1 : 1)) : value,
  );
}

function instanceOf({ inputs }: SiteconfigCase): string {
  const instance = inputs.find(({ kind }) => kind === 'ClusterInstance');
  return `ClusterInstance/${instance?.metadata.name}`;
}

function endOf({ conditionTimeline, metadataTimeline, objectTimeline }: SiteconfigCase): number {
  return Math.max(0, ...[...conditionTimeline, ...metadataTimeline, ...objectTimeline].map((one) => Number((one as { readonly t_ms?: unknown }).t_ms)));
}
