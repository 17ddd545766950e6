/** Where a replay is not what was recorded. */
export interface Difference {
  /** Milliseconds since the recording began: when the expected was recorded, or the unexpected was seen. */
  readonly t: number;
  /** `<kind>/<name>`. */
  readonly object: string;
  /** What of the object, and its value. */
  readonly expected: string;
  readonly got: string;
}

/** The earliest; of several at one time, the one that was found first. */
export function firstOf(differences: readonly Difference[]): Difference | undefined {
  return differences.toSorted((a, b) => a.t - b.t)[0];
}
