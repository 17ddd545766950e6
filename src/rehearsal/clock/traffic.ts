/**
 * What a server of the world tells the clock, so that it never jumps while a message is under way.
 *
 * `participant` is the request's PARTICIPANT_HEADER; undefined for foreign clients (kubectl), who hold the clock only
 * while a request of theirs is being answered.
 */
export interface Traffic {
  /** A request has arrived. @returns what to call when its answer has been sent (for a watch: when its headers have). */
  request(participant: string | undefined): () => void;
  /** A watch has been opened; `stream` is its STREAM_HEADER. */
  watch(participant: string | undefined, stream: string | undefined): WatchTraffic;
}

export interface WatchTraffic {
  /** One line is about to be written; the participant counts it with `Clock.delivered`. */
  readonly line: () => void;
  /** The connection is gone: lines that were not taken by now never will be. */
  readonly closed: () => void;
}

export const PARTICIPANT_HEADER = 'X-Labwright-Participant';

const uncounted: WatchTraffic = { line: () => undefined, closed: () => undefined };

/** For servers that no clock depends on. */
export const noTraffic: Traffic = { request: () => () => undefined, watch: () => uncounted };
