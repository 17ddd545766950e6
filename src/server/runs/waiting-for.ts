/** What is known about a job that has not ended, to say why it does not run. */
export interface QueuedJob {
  readonly status: string;
  readonly cluster: string | null;
  /** `justEnded`: it need not have succeeded. */
  readonly needs: readonly { readonly name: string; readonly status: string; readonly justEnded?: boolean }[];
  readonly lab: string;
  readonly agentIsAlive: boolean;
  readonly leaseRanOut: boolean;
  /** The job of another run, or of this one, that holds the cluster now. */
  readonly clusterHeldBy: { readonly job: string; readonly run: string } | null;
}

/** Why a job is not running yet, one sentence each; empty when nothing keeps it, or it runs, or has ended. */
export function waitingFor(job: QueuedJob): string[] {
  const agent = job.agentIsAlive ? [] : [`waits for an agent of lab ${job.lab}`];
  if (job.status === 'leased' || job.status === 'running') return job.leaseRanOut ? [...agent, 'waits to be taken up again: its lease ran out'] : [];
  if (job.status !== 'waiting') return [];
  const needs = job.needs.filter(isOpen).map(({ name, status }) => `waits for ${name} (${status})`);
  if (needs.length > 0) return needs;
  const cluster = job.clusterHeldBy ? [`waits for cluster ${job.cluster}, held by ${job.clusterHeldBy.job} of run ${job.clusterHeldBy.run}`] : [];
  const reasons = [...agent, ...cluster];
  return reasons.length > 0 ? reasons : [`waits for its turn at the agent of lab ${job.lab}`];
}

function isOpen({ status, justEnded = false }: QueuedJob['needs'][number]): boolean {
  return justEnded ? ['waiting', 'leased', 'running'].includes(status) : status !== 'success';
}
