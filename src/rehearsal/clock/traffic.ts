/**
 * What a server of the world tells the clock, so that it never jumps while a message is under way.
 *
 * `participant` is the request's PARTICIPANT_HEADER; undefined for foreign clients (kubectl), who do not hold the clock.
 */
export interface Traffic {
  /** A request has arrived. @returns what to call when its answer has been sent (for a watch: when its headers have). */
  request(participant: string | undefined): () => void;
  /** One watch line is about to be written; the participant counts it with `Clock.delivered`. */
  delivery(participant: string | undefined): void;
}

export const PARTICIPANT_HEADER = 'X-Labwright-Participant';

/** For servers that no clock depends on. */
export const noTraffic: Traffic = { request: () => () => undefined, delivery: () => undefined };
