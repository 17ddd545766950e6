import { heartbeat } from '../../contract/agent.ts';
import { inTransaction } from '../../db/transaction.ts';
import { handle } from '../handle.ts';
import { hearFromAgent } from '../queue/agent-state.ts';

export const heartbeatRoute = handle(heartbeat, ({ pool, leaseTermMs }, { params, body, principal }) =>
  inTransaction(pool, async (sql) => {
    const { state } = await hearFromAgent(sql, params.agentId, principal, leaseTermMs);
    const cancel: string[] = [];
    const lost: string[] = [];
    for (const { jobId, fence } of body.leases) {
      const { rows } = await sql.query<{ cancelled: boolean }>(
        `update run_jobs j set lease_expires_at = clock_timestamp() + $4 * interval '1 ms' from runs r
         where r.id = j.run_id and j.job_id = $1 and j.agent_id = $2 and j.fence = $3 and j.status in ('leased', 'running') and $5
         returning r.cancel_reason is not null as cancelled`,
        [jobId, params.agentId, fence, leaseTermMs, state === 'active'],
      );
      if (!rows[0]) lost.push(jobId);
      else if (rows[0].cancelled) cancel.push(jobId);
    }
    return { state, cancel, lost };
  }),
);
