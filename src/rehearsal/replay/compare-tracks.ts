import type { Difference } from './difference.ts';
import type { Track } from './timeline.ts';

/** How long a value may have lasted and still be missing: the real controllers' own races (recorded/README-hub.md). */
const TRANSIENT_MS = 2_000;

/** Compares what happened with what was recorded: the same transitions, none invented, the same end. None when it is a legal order. */
export function compareTracks(expected: ReadonlyMap<string, Track>, actual: ReadonlyMap<string, Track>): readonly Difference[] {
  const compared = [...expected].flatMap(([id, track]) => compareTrack(track, actual.get(id)));
  const invented = [...actual.values()].filter(({ id }) => !expected.has(id));
  return [...compared, ...invented.map((track) => unexpected(track, 0))];
}

function compareTrack(track: Track, seen: Track | undefined): readonly Difference[] {
  const got = seen?.values.map(({ value }) => value) ?? [];
  let at = 0;
  for (const [index, { t_ms, value }] of track.values.entries()) {
    if (got[at] === value) {
      at++;
      continue;
    }
    const lastedMs = (track.values[index + 1]?.t_ms ?? Infinity) - t_ms;
    // With the transient left out, its neighbours may be the same value: one value then.
    if (lastedMs < TRANSIENT_MS || (index > 0 && got[at - 1] === value)) continue;
    return [{ t: t_ms, object: track.object, expected: `${track.what}: ${value}`, got: `${track.what}: ${got[at] ?? 'nothing more'}` }];
  }
  return seen && at < got.length ? [unexpected(seen, at)] : [];
}

function unexpected({ object, what, values }: Track, index: number): Difference {
  const { t_ms, value } = values[index]!;
  return { t: t_ms, object, expected: `${what}: nothing more`, got: `${what}: ${value}` };
}

/** Whether every line has come to where the recording had it. */
export function reached(expected: ReadonlyMap<string, Track>, actual: ReadonlyMap<string, Track>): boolean {
  return [...expected].every(([id, { values }]) => actual.get(id)?.values.at(-1)?.value === values.at(-1)?.value);
}
