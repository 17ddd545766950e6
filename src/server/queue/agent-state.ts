import type { Sql } from '../../db/transaction.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Known } from '../auth/principal.ts';
import { rolesOf } from '../auth/principal.ts';

export interface AgentState {
  readonly agentId: string;
  readonly remoteciId: string;
  readonly state: 'active' | 'standby';
  readonly activeSince: string | null;
  /** Changes when the agent registers again, that is, when a new process of it has started. */
  readonly registration: number;
}

/**
 * Notes that an agent lives, and whether it is the one that works for its lab.
 *
 * The first agent of a lab is *active*; others *stand by* until the active one has not been heard of for a lease's term,
 * then the next that asks takes its place. Call it in a transaction: the lab's agents are decided one after the other.
 *
 * @throws LabwrightError `not_found` for an agent that is not the caller's.
 */
export async function hearFromAgent(sql: Sql, agentId: string, caller: Known, termMs: number): Promise<AgentState> {
  const { rows: found } = await sql.query<{ remoteci_id: string }>('select remoteci_id from agents where id = $1', [agentId]);
  const remoteciId = found[0]?.remoteci_id;
  if (remoteciId === undefined || !actsFor(caller, remoteciId)) {
    throw new LabwrightError('not_found', `no agent ${agentId} of yours`, { hint: 'register it first' });
  }
  await lockAgentsOf(sql, remoteciId);
  const { rows: heard } = await sql.query<{ registered_at: Date }>('update agents set seen_at = clock_timestamp() where id = $1 returning registered_at', [
    agentId,
  ]);
  await sql.query(
    `update agents set active_since = null where remoteci_id = $1 and id <> $2 and active_since is not null
     and seen_at < clock_timestamp() - $3 * interval '1 ms'`,
    [remoteciId, agentId, termMs],
  );
  const { rows } = await sql.query<{ active_since: Date | null }>(
    `update agents set active_since = coalesce(active_since, clock_timestamp()) where id = $1
     and not exists (select from agents other where other.remoteci_id = $2 and other.id <> $1 and other.active_since is not null)
     returning active_since`,
    [agentId, remoteciId],
  );
  const activeSince = rows[0]?.active_since?.toISOString() ?? null;
  return { agentId, remoteciId, state: activeSince === null ? 'standby' : 'active', activeSince, registration: heard[0]!.registered_at.getTime() };
}

/** A remoteci acts for itself, the super admin for all. */
export function actsFor(caller: Known, remoteciId: string): boolean {
  return rolesOf(caller).has('super_admin') || (caller.kind === 'remoteci' && caller.id === remoteciId);
}

/** Until the end of the transaction. */
export async function lockAgentsOf(sql: Sql, remoteciId: string): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('agents of ' || $1, 0))`, [remoteciId]);
}
