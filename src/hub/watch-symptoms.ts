import type { Symptom } from './symptoms.ts';

/** A symptom, and when it is believed: as soon as it has lasted `tolerateMs`, or when it has come `times` times. */
export interface SymptomRule<Seen> {
  readonly id: string;
  readonly sees: (seen: Seen) => readonly Symptom[];
  readonly tolerateMs: number;
  readonly times?: number;
  /** What is the matter, most likely. */
  readonly cause: string;
  /** What to do. */
  readonly hint: string;
  /** The next command: OBJECT stands for the object as `oc` takes it, CLUSTER for the cluster's name. Default: read the object. */
  readonly look?: string;
}

export type Diagnosis =
  | { readonly status: 'refused'; readonly symptom: Symptom; readonly hint: string }
  /** `againMs`: when the next symptom will have lasted too long, if nothing changes. */
  | { readonly status: 'waiting'; readonly againMs: number | undefined };

/**
 * Remembers since when and how often each symptom is there.
 *
 * A symptom is *waiting* from its first sight, forgotten when it goes away (but counted), and *refused* when its rule
 * believes it. Times are those of this watcher, not the object's: clocks of hub and jumphost may differ.
 */
export function createSymptomWatch<Seen>(rules: readonly SymptomRule<Seen>[]): (objects: Seen, nowMs: number) => Diagnosis {
  const since = new Map<string, number>();
  const count = new Map<string, number>();
  return (objects, nowMs) => {
    const present = rules.flatMap((rule) => rule.sees(objects).map((symptom) => ({ rule, symptom, key: `${rule.id} ${symptom.object}` })));
    const keys = new Set(present.map(({ key }) => key));
    for (const key of since.keys()) if (!keys.has(key)) since.delete(key);
    let againMs: number | undefined;
    for (const { rule, symptom, key } of present) {
      if (!since.has(key)) {
        since.set(key, nowMs);
        count.set(key, (count.get(key) ?? 0) + 1);
      }
      const leftMs = since.get(key)! + rule.tolerateMs - nowMs;
      if (leftMs <= 0 || count.get(key)! >= (rule.times ?? Infinity)) {
        return { status: 'refused', symptom, hint: symptom.because === undefined ? rule.hint : `${symptom.because}; ${rule.hint}` };
      }
      againMs = Math.min(againMs ?? leftMs, leftMs);
    }
    return { status: 'waiting', againMs };
  };
}
