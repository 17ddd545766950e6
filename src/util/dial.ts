/** Where a host and port of the lab really are. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Turns an address of the lab into one to connect to. TLS and Host headers keep the original name.
 *
 * In a rehearsal the world answers from its table, so that no address of a user's lab is ever dialled (DESIGN §7);
 * an address nothing listens on gives undefined, which a caller reports as connection refused.
 */
export type Dial = (endpoint: Endpoint) => Promise<Endpoint | undefined>;

/** Addresses are what they say. */
export const directDial: Dial = (endpoint) => Promise.resolve(endpoint);
