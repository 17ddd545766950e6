import { heartbeatRoute } from './agents/heartbeat.ts';
import { leaseJobRoute } from './agents/lease-job.ts';
import { registerAgentRoute } from './agents/register-agent.ts';
import { sendEventsRoute } from './agents/send-events.ts';
import { auditRoutes } from './dci/audits.ts';
import { componentRoutes } from './dci/components.ts';
import { feederRoutes } from './dci/feeders.ts';
import { componentFileRoutes } from './dci/files/component-files.ts';
import { createFileRoute } from './dci/files/create-file.ts';
import { readFileRoutes } from './dci/files/read-files.ts';
import { changeJobRoutes } from './dci/jobs/change-jobs.ts';
import { createJobRoutes } from './dci/jobs/create-jobs.ts';
import { jobEventRoutes } from './dci/jobs/job-events.ts';
import { jobstateRoutes } from './dci/jobs/jobstates.ts';
import { readJobRoutes } from './dci/jobs/read-jobs.ts';
import { junitRoutes } from './dci/junit/junit-routes.ts';
import { pipelineRoutes } from './dci/pipelines.ts';
import { productRoutes } from './dci/products.ts';
import { purgeRoutes } from './dci/purge.ts';
import { remoteciRoutes } from './dci/remotecis.ts';
import { serviceRoutes } from './dci/service.ts';
import { statsRoutes } from './dci/stats.ts';
import { teamMemberRoutes } from './dci/team-members.ts';
import { teamRoutes } from './dci/teams.ts';
import { topicRoutes } from './dci/topics.ts';
import { userRoutes } from './dci/users.ts';
import { receiveHookRoute } from './commits/receive-hook.ts';
import type { ServerRoute } from './handle.ts';
import { runPageRoutes } from './page/run-page.ts';
import { runsPageRoute } from './page/runs-page.ts';
import { cancelRunRoute } from './runs/cancel-run.ts';
import { createRunRoute } from './runs/create-run.ts';
import { getRunRoute, listRunsRoute } from './runs/read-runs.ts';
import { runEventsRoute } from './runs/run-events.ts';

/** Every route of the server. Among paths that overlap, the first one that fits is taken. */
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
  receiveHookRoute,
  runsPageRoute,
  ...runPageRoutes,
  ...serviceRoutes,
  ...purgeRoutes,
  ...auditRoutes,
  ...statsRoutes,
  ...userRoutes,
  ...teamRoutes,
  ...teamMemberRoutes,
  ...productRoutes,
  ...topicRoutes,
  ...componentRoutes,
  ...remoteciRoutes,
  ...feederRoutes,
  ...pipelineRoutes,
  ...createJobRoutes,
  ...readJobRoutes,
  ...changeJobRoutes,
  ...jobEventRoutes,
  ...jobstateRoutes,
  createFileRoute,
  ...readFileRoutes,
  ...junitRoutes,
  ...componentFileRoutes,
];
