import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Clock } from './clock.ts';
import { endpointOf, type Dial } from './dial.ts';

export interface HttpDeps {
  readonly clock: Clock;
  readonly dial: Dial;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * A plain GET (or HEAD) over http, of something that may not be there yet.
 *
 * @returns undefined when nobody answers (refused, reset, silent for 30 s of real time).
 * @throws the signal's reason when aborted.
 */
export function httpGet(deps: HttpDeps, url: string, signal: AbortSignal, method: 'GET' | 'HEAD' = 'GET'): Promise<HttpAnswer | undefined> {
  return deps.clock.during(once(deps, new URL(url), signal, method));
}

async function once({ dial }: HttpDeps, url: URL, signal: AbortSignal, method: string): Promise<HttpAnswer | undefined> {
  const endpoint = await dial(endpointOf(url));
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
      const outgoing = request(options, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
