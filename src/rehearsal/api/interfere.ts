/** A trouble of the server that one request meets. */
export type Trouble = 'too-many-requests' | 'unavailable' | 'watch-dropped' | 'watch-expired' | 'slow';

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly participant: string | undefined;
}

/** Asked before every request. @returns undefined to let it pass. */
export type Interfere = (request: Asked) => Trouble | undefined;
