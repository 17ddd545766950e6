import type { Sql } from '../../db/transaction.ts';
import { LabwrightError } from '../../util/errors.ts';
import { rolesOf, type Known } from '../auth/principal.ts';

export interface Lab {
  readonly remoteciId: string;
  readonly teamId: string;
}

/**
 * A lab is the remoteci of that name: DCI's word for the lab that runs jobs. Looked up among those the caller may use.
 *
 * @throws LabwrightError `not_found`, or `conflict` when two teams have a lab of that name.
 */
export async function labOf(sql: Sql, name: string, caller: Known): Promise<Lab> {
  const teams = rolesOf(caller).has('super_admin') ? null : caller.teams.map(({ id }) => id);
  const { rows } = await sql.query<{ id: string; team_id: string }>(
    `select id, team_id from remotecis where name = $1 and state = 'active' and ($2::uuid[] is null or team_id = any ($2))
     and ($3::uuid is null or id = $3)`,
    [name, teams, caller.kind === 'remoteci' ? caller.id : null],
  );
  const row = rows[0];
  if (!row) throw new LabwrightError('not_found', `no lab ${name} among yours`, { hint: 'create a remoteci of that name' });
  if (rows.length > 1) throw new LabwrightError('conflict', `several teams have a lab ${name}`, { hint: 'call as a member of the team you mean' });
  return { remoteciId: row.id, teamId: row.team_id };
}
