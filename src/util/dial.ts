import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

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

/** What a URL's host and port are, IPv6 without its brackets. */
export function endpointOf(url: URL): Endpoint {
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)) };
}

/** TLS options that keep a connection's original name, wherever `Dial` sent it. An IP address has no SNI. */
export function tlsIdentity(host: string): {
  readonly servername: string;
  readonly checkServerIdentity: (dialled: string, certificate: PeerCertificate) => Error | undefined;
} {
  return { servername: isIP(host) === 0 ? host : '', checkServerIdentity: (_dialled, certificate) => checkServerIdentity(host, certificate) };
}
