import { request } from 'node:https';
import type { Clock } from '../../util/clock.ts';
import { endpointOf, tlsIdentity, type Dial } from '../../util/dial.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import { parseImageReference } from '../../render/mirror/image-reference.ts';

export interface RegistryDeps {
  readonly clock: Clock;
  readonly dial: Dial;
  /** PEM; undefined: those of this machine. */
  readonly ca: string | undefined;
  /** JSON text with the registry's login, if it wants one. */
  readonly pullSecret: string;
}

/** What may be behind a reference: an image, or a list of one per architecture (OCI distribution specification, "Pulling manifests"). */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const SILENCE_MS = 30_000;

/**
 * Asks a registry for an image's manifest, without its body.
 *
 * @returns its digest; undefined when the registry does not have it.
 * @throws LabwrightError `unreachable` when nobody answers, `unauthorized` or `refused` for what it answers otherwise.
 */
export function manifestDigest(deps: RegistryDeps, image: string, signal: AbortSignal): Promise<string | undefined> {
  return deps.clock.during(ask(deps, image, signal));
}

async function ask({ dial, ca, pullSecret }: RegistryDeps, image: string, signal: AbortSignal): Promise<string | undefined> {
  const reference = parseImageReference(image);
  if (!reference) throw new Error(`${image} is no image of a registry`);
  const { host, repository, tag, digest } = reference;
  const address = endpointOf(new URL(`https://${host}`));
  const endpoint = await dial(address);
  if (endpoint === undefined) throw new LabwrightError('unreachable', `connection refused by ${host}`);
  const login = loginOf(pullSecret, host);
  const { status, found } = await new Promise<{ readonly status: number; readonly found: string | undefined }>((resolve, reject) => {
    const options = {
      ...endpoint,
      ...tlsIdentity(address.host),
      ...(ca !== undefined && { ca }),
      method: 'HEAD',
      path: `/v2/${repository}/manifests/${digest ?? tag ?? 'latest'}`,
      headers: { host, accept: ACCEPT, ...(login !== undefined && { authorization: `Basic ${login}` }) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(SILENCE_MS)]),
    };
    request(options, (response) => {
      response.resume();
      const header = response.headers['docker-content-digest'];
      resolve({ status: response.statusCode ?? 0, found: typeof header === 'string' ? header : undefined });
    })
      .on('error', reject)
      .end();
  }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new LabwrightError('unreachable', `${host}: ${messageOf(cause)}`, { cause });
  });
  if (status === 200) return found ?? digest;
  if (status === 404) return undefined;
  if (status === 401 || status === 403)
    throw new LabwrightError('unauthorized', `${host} answers ${status} for ${repository}`, { hint: `see that the pull secret has a login for ${host}` });
  throw new LabwrightError('refused', `${host} answers ${status} for ${repository}`);
}

function loginOf(pullSecret: string, host: string): string | undefined {
  return (JSON.parse(pullSecret) as { readonly auths?: Readonly<Record<string, { readonly auth?: string }>> }).auths?.[host]?.auth;
}
