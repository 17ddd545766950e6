import type { LabPlan } from '../lab/plan.ts';
import { bmcLine, type BmcEvent } from '../machines/bmc/bmc-event.ts';
import type { Journal } from '../runner/journal.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import { redact } from '../util/redact.ts';
import type { AgentStore } from './agent-store.ts';

export interface BmcLogDeps {
  readonly plan: LabPlan;
  readonly store: Pick<AgentStore, 'held'>;
  readonly journal: Pick<Journal, 'state' | 'append'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Something new is in the journal. */
  readonly onEvent: () => void;
}

/**
 * Tells every BMC call: all of them in the agent's own log; those that change a machine, or were refused, also in the log of
 * the job that works on its cluster, whoever called. An installation is understood by what its hub told the machines.
 */
export function createBmcLog(deps: BmcLogDeps): (event: BmcEvent) => void {
  return (event) => {
    const text = redact(bmcLine(event));
    deps.log[event.changes || event.error !== undefined ? 'info' : 'debug']({ machine: event.machine, cause: event.cause }, text);
    if (!event.changes && event.error === undefined) return;
    for (const { job } of deps.store.held()) {
      const cluster = deps.plan.clusters.find(({ name }) => name === job.cluster);
      if (!cluster?.nodes.some(({ machine }) => machine === event.machine)) continue;
      if (deps.journal.state(job.jobId)?.status !== 'running') continue;
      const step = event.cause?.startsWith(`${job.name}/`) === true ? event.cause.slice(job.name.length + 1) : null;
      deps.journal.append(job.jobId, deps.clock.now(), { type: 'log', step, text });
      deps.onEvent();
    }
  };
}
