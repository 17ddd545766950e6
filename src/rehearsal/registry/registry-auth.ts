import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';

/** How a registry wants its clients to log in: at each request, or at a token service of its own (`GET /token`). */
export interface RegistryLogin {
  readonly scheme: 'basic' | 'bearer';
  readonly username: string;
  readonly password: string;
  /** The registry's name for its token service. */
  readonly service?: string;
}

export interface RegistryGate {
  /** Answers requests for tokens, and those that are not let in. @returns whether the request is dealt with. */
  answers(request: IncomingMessage, response: ServerResponse, origin: string): boolean;
}

/**
 * Docker's token authentication (distribution specification, "Token Authentication Specification"): a request without a token is told
 * where to get one and for what; the token service takes a password and gives a token for that scope.
 */
export function createRegistryGate(login: RegistryLogin | undefined): RegistryGate {
  if (login === undefined) return { answers: () => false };
  const { scheme, username, password, service = 'registry' } = login;
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  /** Token → the scope it was given for. */
  const tokens = new Map<string, string>();
  const isLetIn = (authorization: string | undefined, scope: string): boolean => {
    if (scheme === 'basic') return authorization === basic;
    const given = tokens.get(authorization?.replace(/^Bearer /, '') ?? '');
    return given !== undefined && (scope === '' || covers(given, scope));
  };
  return {
    answers(request, response, origin) {
      const url = new URL(request.url ?? '/', origin);
      const { authorization } = request.headers;
      if (scheme === 'bearer' && url.pathname === '/token') {
        if (authorization !== basic) return refuse(response, undefined);
        const token = randomBytes(16).toString('hex');
        tokens.set(token, url.searchParams.getAll('scope').join(' '));
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ token, expires_in: 300 }));
        return true;
      }
      const scope = scopeOf(request.method ?? 'GET', url.pathname);
      if (isLetIn(authorization, scope)) return false;
      const challenge = `Bearer realm="${origin}/token",service="${service}"${scope === '' ? '' : `,scope="${scope}"`}`;
      return refuse(response, scheme === 'basic' ? `Basic realm="${service}"` : challenge);
    },
  };
}

function refuse(response: ServerResponse, challenge: string | undefined): true {
  const headers = { 'content-type': 'application/json', ...(challenge !== undefined && { 'www-authenticate': challenge }) };
  response.writeHead(401, headers).end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }));
  return true;
}

/** What a request needs: `repository:NAME:pull`, with push for one that writes; nothing for `/v2/`. */
function scopeOf(method: string, path: string): string {
  const [, repository] = /^\/v2\/(.+)\/(?:manifests|blobs|tags)\//.exec(path) ?? [];
  if (repository === undefined) return '';
  return `repository:${repository}:${method === 'GET' || method === 'HEAD' ? 'pull' : 'pull,push'}`;
}

function covers(given: string, wanted: string): boolean {
  const [, name, actions = ''] = /^repository:(.+):([a-z,*]+)$/.exec(wanted) ?? [];
  return given.split(' ').some((one) => {
    const [, givenName, givenActions = ''] = /^repository:(.+):([a-z,*]+)$/.exec(one) ?? [];
    return givenName === name && actions.split(',').every((action) => givenActions.split(',').includes(action));
  });
}
