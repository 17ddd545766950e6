import { leaseJob, type Lease } from '../../contract/agent.ts';
import { inTransaction, sqlState } from '../../db/transaction.ts';
import { isLabwrightError } from '../../util/errors.ts';
import type { Known } from '../auth/principal.ts';
import { handle } from '../handle.ts';
import { notify } from '../live/changes.ts';
import { hearFromAgent, type AgentState } from '../queue/agent-state.ts';
import { endJob } from '../queue/end-job.ts';
import { jobSpecOf } from '../queue/job-spec.ts';
import { leaseNextJob } from '../queue/lease-next-job.ts';
import type { ServerDeps } from '../server-deps.ts';

/** How often a waiting poll looks without being told to: leases run out, and notifications can be lost. */
const lookAgainMs = 1000;

export const leaseJobRoute = handle(leaseJob, async (deps, { params, body, principal, signal }) => {
  const endMs = performance.now() + body.waitMs;
  let registration: number | undefined;
  for (;;) {
    const { agent, lease } = await tryToLease(deps, { agentId: params.agentId, caller: principal, registration });
    if (registration !== undefined && agent.registration !== registration) return { lease: null, state: agent.state };
    ({ registration } = agent);
    const remainingMs = endMs - performance.now();
    if (lease || remainingMs <= 0 || signal.aborted) return { lease, state: agent.state };
    await deps.changes.wait({ kind: 'jobs', remoteciId: agent.remoteciId }, Math.min(remainingMs, lookAgainMs), signal).catch(() => undefined);
  }
});

interface Poll {
  readonly agentId: string;
  readonly caller: Known;
  /** Of the process that polls, once known: a job must not go to one that is gone while the next is asking already. */
  readonly registration: number | undefined;
}

async function tryToLease(deps: ServerDeps, poll: Poll): Promise<{ readonly agent: AgentState; readonly lease: Lease | null }> {
  const { agentId, caller } = poll;
  try {
    return await inTransaction(deps.pool, async (sql) => {
      const agent = await hearFromAgent(sql, agentId, caller, deps.leaseTermMs);
      const isCurrent = poll.registration === undefined || poll.registration === agent.registration;
      const job = agent.state === 'active' && isCurrent ? await leaseNextJob(sql, agentId, agent.remoteciId, deps.leaseTermMs) : undefined;
      if (!job) return { agent, lease: null };
      await notify(sql, { kind: 'run', runId: job.run_id });
      try {
        return { agent, lease: { job: await jobSpecOf(sql, deps.artefacts, job), fence: job.fence, expiresInMs: deps.leaseTermMs } };
      } catch (error) {
        if (!isLabwrightError(error) || error.code !== 'not_found') throw error;
        const what = { object: job.name, condition: 'InputsReady', reason: 'OutputMissing', message: error.message, step: null, hint: error.hint ?? null };
        await endJob(sql, job.job_id, { status: 'error', error: what, simulatedMs: null });
        await notify(sql, { kind: 'jobs', remoteciId: agent.remoteciId });
        return { agent, lease: null };
      }
    });
  } catch (error) {
    // Another server gave a job of the same cluster in the same moment.
    if (sqlState(error) === '23505') return tryToLease(deps, poll);
    throw error;
  }
}
