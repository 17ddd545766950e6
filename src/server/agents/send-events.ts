import { sendEvents, type SentEvent } from '../../contract/agent.ts';
import { inTransaction } from '../../db/transaction.ts';
import { handle } from '../handle.ts';
import { acceptEvents } from '../queue/accept-events.ts';
import { hearFromAgent } from '../queue/agent-state.ts';

/** Each job's events are taken in one transaction, by their numbers; a repeated one counts as accepted and changes nothing. */
export const sendEventsRoute = handle(sendEvents, async (deps, { params, body, principal }) => {
  await inTransaction(deps.pool, (sql) => hearFromAgent(sql, params.agentId, principal, deps.leaseTermMs));
  const byJob = Map.groupBy(body.events, ({ jobId }) => jobId);
  const refused: { id: string; reason: string }[] = [];
  for (const [jobId, events] of byJob) refused.push(...(await acceptEvents(deps, params.agentId, jobId, bySeq(events))));
  return { accepted: body.events.length - refused.length, refused };
});

function bySeq(events: readonly SentEvent[]): readonly SentEvent[] {
  return events.toSorted((a, b) => a.seq - b.seq);
}
