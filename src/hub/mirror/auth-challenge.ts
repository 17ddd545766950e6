/** What a server that answers 401 wants: the schemes of `WWW-Authenticate` that registries use (RFC 9110 §11.6.1, distribution specification). */
export type AuthChallenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/** A token service gives more than a password is good for: one that is offered is taken. @returns undefined when neither scheme is offered. */
export function authChallenge(header: string): AuthChallenge | undefined {
  const challenges = challengesOf(header);
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  if (bearer) {
    const { parameters } = bearer;
    const [service, scope] = [parameters.get('service'), parameters.get('scope')];
    return { scheme: 'bearer', realm: parameters.get('realm')!, ...(service !== undefined && { service }), ...(scope !== undefined && { scope }) };
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined;
}

interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Commas stand between challenges and between their parameters: a word without `=` after it begins the next challenge. */
function challengesOf(header: string): readonly Challenge[] {
  const challenges: { readonly scheme: string; readonly parameters: Map<string, string> }[] = [];
  const token = /\s*,?\s*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+)))?/y;
  for (let found = token.exec(header); found !== null; found = token.exec(header)) {
    const [, name = '', quoted, plain] = found;
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  return challenges;
}
