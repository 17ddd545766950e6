import type { KubeObject } from '../../kube/objects.ts';
import { messageOf } from '../../util/errors.ts';
import { firstOf, type Difference } from './difference.ts';
import { PLAYERS } from './players.ts';
import type { RecordedCase } from './read-case.ts';

export type Verdict = { readonly case: string } & (
  | { readonly verdict: 'same' }
  | { readonly verdict: 'differs'; readonly first?: Difference; readonly reason?: string }
  | { readonly verdict: 'out-of-scope'; readonly reason: string }
);

/** Plays a recorded case against our controllers on a hub of its own, and compares by the rules of recorded/README-hub.md. */
export async function replayCase(definitions: readonly KubeObject[], recorded: RecordedCase): Promise<Verdict> {
  const { case: name, program } = recorded;
  const player = PLAYERS.find((one) => one.claims(recorded));
  const reason = player ? player.outOfScope(recorded) : `there are no controllers here for ${program ?? 'what it was recorded from'}`;
  if (!player || reason !== undefined) return { case: name, verdict: 'out-of-scope', reason: reason ?? '' };
  try {
    const first = firstOf(await player.play(definitions, recorded));
    return first ? { case: name, verdict: 'differs', first } : { case: name, verdict: 'same' };
  } catch (error) {
    return { case: name, verdict: 'differs', reason: `the replay stopped: ${messageOf(error)}` };
  }
}
