import { heartbeatRoute } from './agents/heartbeat.ts';
import { leaseJobRoute } from './agents/lease-job.ts';
import { registerAgentRoute } from './agents/register-agent.ts';
import { sendEventsRoute } from './agents/send-events.ts';
import type { ServerRoute } from './handle.ts';
import { cancelRunRoute } from './runs/cancel-run.ts';
import { createRunRoute } from './runs/create-run.ts';
import { getRunRoute, listRunsRoute } from './runs/read-runs.ts';
import { runEventsRoute } from './runs/run-events.ts';

/** Every route of the server. */
export const routes: readonly ServerRoute[] = [
  registerAgentRoute,
  leaseJobRoute,
  heartbeatRoute,
  sendEventsRoute,
  createRunRoute,
  getRunRoute,
  listRunsRoute,
  cancelRunRoute,
  runEventsRoute,
];
