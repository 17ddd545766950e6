import { randomBytes } from 'node:crypto';

export interface GiteaAnswer {
  readonly status: number;
  readonly body?: object;
}

export interface GiteaState {
  readonly username: string;
  readonly password: string;
  readonly organisations: Set<string>;
  /** `owner/name`. */
  readonly repositories: Set<string>;
  /** By name. */
  readonly tokens: Map<string, string>;
  /** Makes the bare repository of `owner/name`. */
  readonly makeRepository: (name: string, branch: string) => Promise<void>;
}

type Content = Readonly<Record<string, unknown>>;

/** The few routes of Gitea's API (`/api/v1`) that anybody here asks, without claim of fidelity beyond them. */
export async function answerGitea(state: GiteaState, method: string, path: string, content: Content): Promise<GiteaAnswer> {
  const { organisations, repositories, tokens } = state;
  if (method === 'GET' && path === '/version') return { status: 200, body: { version: '1.24.0+rehearsal' } };
  const [, organisation] = /^\/orgs\/([\w.-]+)$/.exec(path) ?? [];
  if (method === 'GET' && organisation !== undefined) return organisations.has(organisation) ? { status: 200, body: { username: organisation } } : missing();
  if (method === 'POST' && path === '/orgs') {
    const name = word(content['username']);
    if (name === undefined || organisations.has(name) || name === state.username)
      return { status: 422, body: { message: `user already exists [name: ${name}]` } };
    organisations.add(name);
    return { status: 201, body: { username: name } };
  }
  const [, repository] = /^\/repos\/([\w.-]+\/[\w.-]+)$/.exec(path) ?? [];
  if (method === 'GET' && repository !== undefined) return repositories.has(repository) ? { status: 200, body: { full_name: repository } } : missing();
  const [, owner] = /^\/orgs\/([\w.-]+)\/repos$/.exec(path) ?? [];
  if (method === 'POST' && owner !== undefined) {
    const name = word(content['name']);
    if (!organisations.has(owner)) return missing();
    if (name === undefined) return { status: 422, body: { message: '[Name]: Required' } };
    if (repositories.has(`${owner}/${name}`)) return { status: 409, body: { message: 'The repository with the same name already exists.' } };
    await state.makeRepository(`${owner}/${name}`, word(content['default_branch']) ?? 'main');
    repositories.add(`${owner}/${name}`);
    return { status: 201, body: { full_name: `${owner}/${name}` } };
  }
  const [, user, , token] = /^\/users\/([\w.-]+)\/tokens(\/([\w.-]+))?$/.exec(path) ?? [];
  if (user !== state.username) return missing();
  if (method === 'POST' && token === undefined) {
    const name = word(content['name']);
    if (name === undefined || tokens.has(name)) return { status: 400, body: { message: 'access token name has been used already' } };
    if (!Array.isArray(content['scopes']) || content['scopes'].length === 0) return { status: 400, body: { message: 'access token must have a scope' } };
    const sha1 = randomBytes(20).toString('hex');
    tokens.set(name, sha1);
    return { status: 201, body: { name, sha1 } };
  }
  if (method === 'DELETE' && token !== undefined) return tokens.delete(token) ? { status: 204 } : missing();
  return missing();
}

function missing(): GiteaAnswer {
  return { status: 404, body: { message: "The target couldn't be found." } };
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]+$/.test(value) ? value : undefined;
}
