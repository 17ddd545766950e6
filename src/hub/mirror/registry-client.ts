import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../util/clock.ts';
import { endpointOf, tlsIdentity, type Dial } from '../../util/dial.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import { parseImageReference } from '../../render/mirror/image-reference.ts';
import { authChallenge, type AuthChallenge } from './auth-challenge.ts';
import { registryLogin } from './registry-login.ts';

export interface RegistryDeps {
  readonly clock: Clock;
  readonly dial: Dial;
  /** PEM; undefined: those of this machine. */
  readonly ca: string | undefined;
  /** JSON text with the logins of registries. */
  readonly pullSecret: string;
}

/** Reads registries, and keeps the tokens that they gave. */
export interface RegistryClient {
  /**
   * Asks for an image's manifest, without its body.
   *
   * @returns its digest; undefined when the registry does not have it.
   * @throws LabwrightError `unreachable` when nobody answers, `unauthorized` or `refused` for what it answers otherwise.
   */
  manifestDigest(image: string, signal: AbortSignal): Promise<string | undefined>;
}

/** What may be behind a reference: an image, or a list of one per architecture (OCI distribution specification, "Pulling manifests"). */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const SILENCE_MS = 30_000;
/** A token service that does not say how long means so long (token authentication specification). */
const TOKEN_S = 60;
const MARGIN_MS = 10_000;

export function createRegistryClient(deps: RegistryDeps): RegistryClient {
  /** By host: how it wants its clients to log in. By repository: the token for it. */
  const schemes = new Map<string, AuthChallenge['scheme']>();
  const tokens = new Map<string, { readonly token: string; readonly untilMs: number }>();

  const authorization = (host: string, repository: string): string | undefined => {
    const scheme = schemes.get(host);
    const login = registryLogin(deps.pullSecret, host, repository);
    if (scheme === 'basic') return login === undefined ? undefined : `Basic ${login}`;
    const known = tokens.get(`${host}/${repository}`);
    return known === undefined || known.untilMs <= deps.clock.now() ? undefined : `Bearer ${known.token}`;
  };

  /** Does what a 401 asks for. */
  const logIn = async (host: string, repository: string, challenge: AuthChallenge, signal: AbortSignal): Promise<void> => {
    schemes.set(host, challenge.scheme);
    if (challenge.scheme === 'basic') return;
    const login = registryLogin(deps.pullSecret, host, repository);
    tokens.set(`${host}/${repository}`, await tokenOf(deps, host, { ...challenge, scope: challenge.scope ?? `repository:${repository}:pull` }, login, signal));
  };

  const ask = async (image: string, signal: AbortSignal): Promise<string | undefined> => {
    const reference = parseImageReference(image);
    if (!reference) throw new Error(`${image} is no image of a registry`);
    const { host, repository, tag, digest } = reference;
    const url = new URL(`https://${host}/v2/${repository}/manifests/${digest ?? tag ?? 'latest'}`);
    const sent = authorization(host, repository);
    let answer = await exchange(deps, 'HEAD', url, { accept: ACCEPT, ...bearing(sent) }, signal);
    const challenge = answer.status === 401 ? authChallenge(answer.challenge) : undefined;
    if (challenge) {
      await logIn(host, repository, challenge, signal);
      const next = authorization(host, repository);
      if (next !== sent) answer = await exchange(deps, 'HEAD', url, { accept: ACCEPT, ...bearing(next) }, signal);
    }
    if (answer.status === 200) return answer.digest ?? digest;
    if (answer.status === 404) return undefined;
    if (answer.status === 401 || answer.status === 403) throw denied(deps, host, repository, answer.status);
    throw new LabwrightError('refused', `${host} answers ${answer.status} for ${repository}`);
  };

  return { manifestDigest: (image, signal) => deps.clock.during(ask(image, signal)) };
}

/** @throws LabwrightError `unauthorized` when it gives none, for instance because the password is wrong. */
async function tokenOf(
  deps: RegistryDeps,
  host: string,
  { realm, service, scope }: Omit<Extract<AuthChallenge, { scheme: 'bearer' }>, 'scheme'>,
  login: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly token: string; readonly untilMs: number }> {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url?.protocol !== 'https:')
    throw new LabwrightError('unauthorized', `${host} sends its clients to ${realm} for a token, and a password goes over https only`);
  if (service !== undefined) url.searchParams.set('service', service);
  if (scope !== undefined) url.searchParams.set('scope', scope);
  const { status, body } = await exchange(deps, 'GET', url, { accept: 'application/json', ...bearing(login && `Basic ${login}`) }, signal);
  const answer = status === 200 ? tokenIn(body) : undefined;
  if (answer !== undefined) return { token: answer.token, untilMs: deps.clock.now() + answer.expiresS * 1000 - MARGIN_MS };
  if (status === 401 || status === 403) throw denied(deps, host, /^repository:(.+):/.exec(scope ?? '')?.[1] ?? '', status);
  throw new LabwrightError('refused', `${url.host}, the token service of ${host}, answers ${status === 200 ? 'without a token' : status}`);
}

function tokenIn(body: string): { readonly token: string; readonly expiresS: number } | undefined {
  try {
    const { token, access_token: access, expires_in: expiresS } = JSON.parse(body) as { token?: unknown; access_token?: unknown; expires_in?: unknown };
    const given = token ?? access;
    return typeof given === 'string' ? { token: given, expiresS: typeof expiresS === 'number' ? expiresS : TOKEN_S } : undefined;
  } catch {
    return undefined;
  }
}

function bearing(authorization: string | undefined): { readonly authorization?: string } {
  return authorization === undefined ? {} : { authorization };
}

function denied({ pullSecret }: RegistryDeps, host: string, repository: string, status: number): LabwrightError {
  const hint =
    registryLogin(pullSecret, host, repository) === undefined
      ? `see that the pull secret has a login for ${host}`
      : `its login for ${host} in the pull secret is refused; try it by hand: skopeo login ${host}`;
  return new LabwrightError('unauthorized', `${host} answers ${status} for ${repository}`, { hint });
}

interface Answer {
  readonly status: number;
  readonly digest: string | undefined;
  /** Its `WWW-Authenticate`. */
  readonly challenge: string;
  readonly body: string;
}

async function exchange({ dial, ca }: RegistryDeps, method: string, url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
  const address = endpointOf(url);
  const endpoint = await dial(address);
  if (endpoint === undefined) throw new LabwrightError('unreachable', `connection refused by ${url.host}`);
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const options = {
        ...endpoint,
        ...tlsIdentity(address.host),
        ...(ca !== undefined && { ca }),
        method,
        path: url.pathname + url.search,
        headers: { host: url.host, ...headers },
        signal: AbortSignal.any([signal, AbortSignal.timeout(SILENCE_MS)]),
      };
      request(options, (response) => {
        const digest = response.headers['docker-content-digest'];
        text(response).then(
          (body) =>
            resolve({
              status: response.statusCode ?? 0,
              digest: typeof digest === 'string' ? digest : undefined,
              challenge: response.headers['www-authenticate'] ?? '',
              body,
            }),
          reject,
        );
      })
        .on('error', reject)
        .end();
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new LabwrightError('unreachable', `${url.host}: ${messageOf(cause)}`, { cause });
  }
}
