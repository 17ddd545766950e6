import type { Sql } from '../../db/transaction.ts';
import { recordJobstate } from './record-jobstate.ts';

export interface LeasedJob {
  readonly job_id: string;
  readonly run_id: string;
  readonly name: string;
  readonly action: string;
  readonly cluster: string | null;
  readonly inputs: Readonly<Record<string, { readonly job: string; readonly output: string } | { readonly content: string }>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly timeout_ms: number | null;
  readonly fence: number;
}

/**
 * Gives an active agent the next job of its lab, or undefined when none may run now.
 *
 * First come jobs whose lease ran out (their agent crashed, or came back with a new process), then waiting ones whose needs
 * succeeded, oldest run first. `skip locked` keeps two servers from giving the same job; a unique index keeps them from
 * giving two jobs of one cluster, which surfaces as SQLSTATE 23505: try again.
 */
export async function leaseNextJob(sql: Sql, agentId: string, remoteciId: string, termMs: number): Promise<LeasedJob | undefined> {
  const { rows: candidates } = await sql.query<{ job_id: string; status: string }>(
    `select j.job_id, j.status from run_jobs j join runs r on r.id = j.run_id
     where j.remoteci_id = $1 and (
       (j.status in ('leased', 'running') and j.lease_expires_at < clock_timestamp())
       or (j.status = 'waiting'
         and not exists (select from run_job_needs n join run_jobs needed on needed.job_id = n.needed_id where n.job_id = j.job_id
           and (needed.status in ('waiting', 'leased', 'running') or (needed.status <> 'success' and not n.just_ended)))
         and not exists (select from run_jobs h where h.remoteci_id = j.remoteci_id and h.cluster = j.cluster and h.status in ('leased', 'running')))
     )
     order by j.status = 'waiting', r.created_at, j.position
     limit 1 for update of j skip locked`,
    [remoteciId],
  );
  const candidate = candidates[0];
  if (!candidate) return undefined;
  const { rows } = await sql.query<LeasedJob>(
    `update run_jobs set
       status = case when status = 'waiting' then 'leased' else status end,
       fence = fence + 1,
       holder_fence = case when agent_id is distinct from $2 then fence + 1 else holder_fence end,
       agent_id = $2,
       lease_expires_at = clock_timestamp() + $3 * interval '1 ms'
     where job_id = $1
     returning job_id, run_id, name, action, cluster, inputs, outputs, timeout_ms, fence`,
    [candidate.job_id, agentId, termMs],
  );
  if (candidate.status === 'waiting') await recordJobstate(sql, candidate.job_id, 'pre-run', `leased by agent ${agentId}`);
  return rows[0];
}
