import type { KubeObject } from '../../kube/objects.ts';
import type { Difference } from './difference.ts';
import type { RecordedCase } from './read-case.ts';

/** Plays the cases of one real operator against our controllers. */
export interface Player {
  readonly operator: string;
  /** Whether a case was recorded from it, by what the case contains. */
  claims(recorded: RecordedCase): boolean;
  /** Why this case cannot be played. */
  outOfScope(recorded: RecordedCase): string | undefined;
  /** Plays a case on a hub of its own, with these CustomResourceDefinitions. @returns where it differs from what was recorded. */
  play(definitions: readonly KubeObject[], recorded: RecordedCase): Promise<readonly Difference[]>;
}
