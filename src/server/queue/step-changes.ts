import type { JobEvent, WaitingOn } from '../../contract/agent.ts';
import type { Sql } from '../../db/transaction.ts';

export type StepEvent = Extract<JobEvent, { type: 'step_started' | 'step_waiting' | 'step_progress' | 'step_ended' }>;

export function isStepEvent(event: JobEvent): event is StepEvent {
  return ['step_started', 'step_waiting', 'step_progress', 'step_ended'].includes(event.type);
}

/** What a step's row gets; what is absent stays as it is. */
export interface StepChange {
  readonly status?: 'running' | Extract<StepEvent, { type: 'step_ended' }>['status'];
  readonly percent?: number;
  readonly waitingOn?: WaitingOn | null;
}

/** A step's change with one more event: the last word on each thing counts. A step that failed keeps what it waited for: that is the reason. */
export function afterEvent(change: StepChange, event: StepEvent): StepChange {
  switch (event.type) {
    case 'step_started':
      return { ...change, status: 'running' };
    case 'step_waiting':
      return { ...change, waitingOn: event.on };
    case 'step_progress':
      return { ...change, percent: event.percent };
    case 'step_ended':
      return { ...change, status: event.status, ...(event.status === 'success' && { waitingOn: null }) };
    default:
      return event satisfies never;
  }
}

/** One statement for a step, however many events there were. */
export async function writeStep(sql: Sql, jobId: string, stepId: string, { status, percent, waitingOn }: StepChange): Promise<void> {
  await sql.query(
    `update run_steps set status = coalesce($3, status), percent = coalesce($4, percent), waiting_on = case when $5 then $6::jsonb else waiting_on end
     where job_id = $1 and id = $2`,
    [jobId, stepId, status ?? null, percent ?? null, waitingOn !== undefined, waitingOn == null ? null : JSON.stringify(waitingOn)],
  );
}
