/**
 * Remembers when each stage of an object ends, from the first time anybody asks.
 *
 * A controller that is started anew begins its stages anew, as the real ones do with what they ask of Ironic.
 */
export interface StageTimers {
  /** @returns how long the stage still takes; 0 once it is over. */
  remainingMs(uid: string, stage: string, lengthMs: () => number): number;
  /** Forgets one stage, or all of an object. */
  forget(uid: string, stage?: string): void;
}

export function createStageTimers(now: () => number): StageTimers {
  const ends = new Map<string, Map<string, number>>();
  return {
    remainingMs(uid, stage, lengthMs) {
      const stages = ends.get(uid) ?? new Map<string, number>();
      ends.set(uid, stages);
      const endMs = stages.get(stage) ?? now() + lengthMs();
      stages.set(stage, endMs);
      return Math.max(0, endMs - now());
    },
    forget(uid, stage) {
      if (stage === undefined) ends.delete(uid);
      else ends.get(uid)?.delete(stage);
    },
  };
}
