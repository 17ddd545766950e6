import { registerAgent } from '../../contract/agent.ts';
import { inTransaction } from '../../db/transaction.ts';
import { handle } from '../handle.ts';
import { notify } from '../live/changes.ts';
import { hearFromAgent, lockAgentsOf } from '../queue/agent-state.ts';
import { labOf } from '../queue/lab-of.ts';

/**
 * An agent that registers has just started: what its earlier process held is to be leased again, at once, and it is the
 * first to ask. So its data directory (`instance`) must be locked against a second process.
 */
export const registerAgentRoute = handle(registerAgent, ({ pool, leaseTermMs }, { body, principal }) =>
  inTransaction(pool, async (sql) => {
    const { remoteciId } = await labOf(sql, body.lab, principal);
    await lockAgentsOf(sql, remoteciId);
    const { rows } = await sql.query<{ id: string }>(
      `insert into agents (remoteci_id, instance, version) values ($1, $2, $3)
       on conflict (remoteci_id, instance) do update set version = excluded.version, registered_at = now() returning id`,
      [remoteciId, body.instance, body.version],
    );
    const agentId = rows[0]!.id;
    await sql.query(`update run_jobs set lease_expires_at = '-infinity' where agent_id = $1 and status in ('leased', 'running')`, [agentId]);
    const { state, activeSince } = await hearFromAgent(sql, agentId, principal, leaseTermMs);
    await notify(sql, { kind: 'jobs', remoteciId });
    return { agentId, state, activeSince };
  }),
);
