import type { SignedRequest } from '../../contract/hmac-signature.ts';
import { HttpError } from '../http-error.ts';
import type { ServerDeps } from '../server-deps.ts';
import { parseHmac, verifyHmac } from './hmac.ts';
import type { Machine, Principal, TeamRef, User } from './principal.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Finds out who sent a request: a user by Basic, a remoteci or feeder by signature (reference/dci-control-server.md §3).
 *
 * @throws HttpError with DCI's statuses and texts: 401, 400 for a bad signature, 412 for a machine of an inactive team.
 */
export async function authenticate(deps: ServerDeps, request: SignedRequest): Promise<Principal> {
  const authorization = request.headers['authorization'];
  if (authorization === undefined || authorization === '') return { kind: 'anonymous' };
  const scheme = authorization.split(' ')[0]!;
  if (scheme === 'Basic') return scoped(await userByPassword(deps, authorization.slice(6)), request.headers['x-dci-team-id']);
  if (scheme === 'DCI2-HMAC-SHA256' || scheme === 'AWS4-HMAC-SHA256' || scheme === 'DCI-HMAC-SHA256') return machineBySignature(deps, request);
  throw new HttpError(401, `Authorization scheme ${scheme} unknown`);
}

async function userByPassword(deps: ServerDeps, encoded: string): Promise<User> {
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) throw new HttpError(401, 'Authorization header missing');
  const login = text.slice(0, colon);
  const { rows } = await deps.pool.query<UserRow>(
    `select id, name, fullname, email, timezone, etag, password from users
     where state = 'active' and (name = $1 or email = $1) order by name = $1 desc limit 1`,
    [login.replaceAll('\0', '')],
  );
  const row = rows[0];
  if (!row) throw new HttpError(401, `User ${login} does not exists.`);
  if (row.password === null || !(await deps.passwords.verify(text.slice(colon + 1), row.password))) throw new HttpError(401, 'Invalid user credentials');
  const { password: _, ...user } = row;
  const teams = await deps.pool.query<TeamRow>(
    `select t.id, t.name, t.state, t.has_pre_release_access from teams t join users_teams u on u.team_id = t.id
     where u.user_id = $1 and t.state <> 'archived' order by t.id`,
    [row.id],
  );
  return { kind: 'user', ...user, teams: teams.rows.map(teamOf) };
}

async function machineBySignature(deps: ServerDeps, request: SignedRequest): Promise<Machine> {
  const claim = parseHmac(request.headers);
  if (!claim) throw new HttpError(400, 'HmacMechanism failed: bad or incomplete headers.');
  if ((claim.type !== 'remoteci' && claim.type !== 'feeder') || !uuid.test(claim.id)) throw new HttpError(401, 'identity does not exists.');
  const { rows } = await deps.pool.query<MachineRow>(
    `select m.id, m.name, m.state, m.api_secret, t.id as team_id, t.name as team_name, t.state as team_state, t.has_pre_release_access
     from ${claim.type === 'remoteci' ? 'remotecis' : 'feeders'} m join teams t on t.id = m.team_id
     where m.id = $1 and m.state <> 'archived'`,
    [claim.id],
  );
  const row = rows[0];
  if (!row || row.api_secret === null) throw new HttpError(401, 'identity does not exists.');
  const verdict = verifyHmac(request, claim, row.api_secret, deps.clock.now());
  if (verdict !== 'valid') throw new HttpError(400, `HmacMechanism failed: signature is ${verdict}`);
  if (row.team_state !== 'active') throw new HttpError(412, `team ${row.team_name} not active`);
  const team = teamOf({ id: row.team_id, name: row.team_name, state: row.team_state, has_pre_release_access: row.has_pre_release_access });
  return { kind: claim.type, id: row.id, name: row.name, state: row.state, teams: [team] };
}

/** X-Dci-Team-Id narrows a user to one of their teams, privileges included. */
function scoped(user: User, teamId: string | undefined): User {
  if (teamId === undefined || teamId === '') return user;
  if (!uuid.test(teamId)) throw new HttpError(400, `X-Dci-Team-Id: ${teamId} is not a valid UUID`);
  const team = user.teams.find(({ id }) => id === teamId.toLowerCase());
  if (!team) throw new HttpError(401, 'Operation not authorized.');
  return { ...user, teams: [team] };
}

interface UserRow extends Omit<User, 'kind' | 'teams'> {
  readonly password: string | null;
}

interface TeamRow {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly has_pre_release_access: boolean;
}

interface MachineRow {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly api_secret: string | null;
  readonly team_id: string;
  readonly team_name: string;
  readonly team_state: string;
  readonly has_pre_release_access: boolean;
}

function teamOf(row: TeamRow): TeamRef {
  return { id: row.id, name: row.name, state: row.state, hasPreReleaseAccess: row.has_pre_release_access };
}
