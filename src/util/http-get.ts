import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { rootCertificates } from 'node:tls';
import type { Clock } from './clock.ts';
import { endpointOf, tlsIdentity, type Dial } from './dial.ts';

export interface HttpDeps {
  readonly clock: Clock;
  readonly dial: Dial;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly bytes: Buffer;
  /** Of the file it is, if the server gives it one. */
  readonly fileName: string | undefined;
}

export interface GetOptions {
  readonly method?: 'GET' | 'HEAD';
  /** PEM of CAs beside those of this machine, for https. */
  readonly ca?: string | undefined;
}

/**
 * A plain GET (or HEAD) over http or https, of something that may not be there yet.
 *
 * @returns undefined when nobody answers (refused, reset, not trusted, silent for 30 s of real time).
 * @throws the signal's reason when aborted.
 */
export function httpGet(deps: HttpDeps, url: string, signal: AbortSignal, options: GetOptions = {}): Promise<HttpAnswer | undefined> {
  return deps.clock.during(once(deps, new URL(url), signal, options));
}

async function once({ dial }: HttpDeps, url: URL, signal: AbortSignal, { method = 'GET', ca }: GetOptions): Promise<HttpAnswer | undefined> {
  const address = endpointOf(url);
  const endpoint = await dial(address);
  if (endpoint === undefined) return undefined;
  try {
    return await new Promise((resolve, reject) => {
      const options = {
        ...endpoint,
        method,
        path: url.pathname + url.search,
        headers: { host: url.host, accept: 'application/json' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
      };
      const trust = { ...tlsIdentity(address.host), ...(ca !== undefined && { ca: [...rootCertificates, ca] }) };
      const outgoing = url.protocol === 'https:' ? tlsRequest({ ...options, ...trust }) : plainRequest(options);
      outgoing.on('response', (response) => {
        const fileName = /filename="?([\w.-]+)"?/.exec(response.headers['content-disposition'] ?? '')?.[1];
        buffer(response).then((bytes) => resolve({ status: response.statusCode ?? 0, body: bytes.toString(), bytes, fileName }), reject);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
