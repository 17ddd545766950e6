import type { TLSSocket } from 'node:tls';
import { StatusError } from '../status-error.ts';
import type { ApiRequest } from '../parties.ts';

/** One line of kube-apiserver's static token file. */
export interface StaticToken {
  readonly token: string;
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** This group may do everything. */
export const MASTERS = 'system:masters';
const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** A way to know the user of a request: by bearer token, else by client certificate, else nobody. */
export type Authenticate = (request: ApiRequest) => User;

/** @returns a function that throws StatusError 401 for a token nobody has. */
export function authenticator(tokens: readonly StaticToken[], byCertificate: boolean): Authenticate {
  const users = new Map(tokens.map((one) => [one.token, { ...known(one.user, one.groups), uid: one.uid }]));
  const ofSockets = new WeakMap<object, User>();
  return (request) => {
    const bearer = request.headers.authorization;
    if (bearer !== undefined) {
      const user = users.get(bearer.replace(/^Bearer +/i, ''));
      if (user === undefined) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
      return user;
    }
    if (!byCertificate) return ANONYMOUS;
    const user = ofSockets.get(request.socket) ?? certified(request.socket as TLSSocket);
    ofSockets.set(request.socket, user);
    return user;
  };
}

/** Whether somebody is behind the request. */
export function isKnown(user: User): boolean {
  return user.groups.includes('system:authenticated');
}

function known(name: string, groups: readonly string[]): User {
  return { name, groups: [...groups, 'system:authenticated'] };
}

/** Common name is the user, organisations are the groups, as kube-apiserver reads client certificates. */
function certified(socket: TLSSocket): User {
  if (!socket.authorized) return ANONYMOUS;
  const { subject } = socket.getPeerCertificate();
  const organisations: string | readonly string[] | undefined = subject.O;
  return known(String(subject.CN), organisations === undefined ? [] : [organisations].flat());
}
