import { LabwrightError } from '../util/errors.ts';
import type { Journal } from './journal.ts';
import type { RunEngine } from './run-engine.ts';
import { runSteps } from './run-steps.ts';

/** The engine that runs steps in this process and journals them in its own database. */
export function createEmbeddedEngine(journal: Journal): RunEngine {
  const active = new Map<string, AbortController>();
  const known = (runId: string): void => {
    if (!journal.state(runId)) throw new LabwrightError('not_found', `no run ${runId} was started here`);
  };
  return {
    async start(plan) {
      if (active.has(plan.runId)) throw new LabwrightError('conflict', `run ${plan.runId} is running already`);
      const cancel = new AbortController();
      const asked = journal.cancelReason(plan.runId);
      if (asked !== undefined) cancel.abort(new LabwrightError('cancelled', asked));
      active.set(plan.runId, cancel);
      try {
        return await runSteps(journal, plan, cancel.signal);
      } finally {
        active.delete(plan.runId);
      }
    },
    signal(runId, name, value) {
      known(runId);
      journal.remember(runId, { [name]: value });
    },
    cancel(runId, reason) {
      known(runId);
      journal.requestCancel(runId, reason);
      active.get(runId)?.abort(new LabwrightError('cancelled', reason));
    },
    query: (runId) => journal.state(runId),
    history: (runId, afterSeq) => journal.events(runId, afterSeq),
  };
}
