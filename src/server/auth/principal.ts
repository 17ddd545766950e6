import type { Role } from '../../contract/route.ts';

export interface TeamRef {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly hasPreReleaseAccess: boolean;
}

/** Who calls: a user with their teams, or a machine (remoteci, feeder) with the one team it belongs to. */
export type Principal = User | Machine | { readonly kind: 'anonymous' };
export type Known = User | Machine;

export interface User {
  readonly kind: 'user';
  readonly id: string;
  readonly name: string;
  readonly fullname: string;
  readonly email: string | null;
  readonly timezone: string;
  readonly etag: string;
  readonly teams: readonly TeamRef[];
}

export interface Machine {
  readonly kind: 'remoteci' | 'feeder';
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly teams: readonly [TeamRef];
}

/** DCI's roles are membership in three teams, by name; super admin implies partner manager (reference/dci-control-server.md §3.6). */
export function rolesOf(principal: Principal): ReadonlySet<Role> {
  if (principal.kind === 'anonymous') return new Set(['anyone']);
  const roles = new Set<Role>(['anyone', principal.kind === 'user' ? 'team_member' : principal.kind]);
  const names = new Set(principal.teams.map(({ name }) => name));
  if (names.has('Red Hat')) roles.add('read_only');
  if (principal.kind === 'user' && names.has('EPM')) roles.add('epm');
  if (principal.kind === 'user' && names.has('admin')) roles.add('super_admin').add('epm');
  return roles;
}

/** Super admins and partner managers count as members of every team. */
export function isMember(principal: Known, teamId: string | null): boolean {
  return rolesOf(principal).has('epm') || principal.teams.some(({ id }) => id === teamId);
}

/** Sees the rows of all teams. */
export function seesAllTeams(principal: Known): boolean {
  const roles = rolesOf(principal);
  return roles.has('epm') || roles.has('read_only');
}
