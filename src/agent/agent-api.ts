import type { Lease, SentEvent } from '../contract/agent.ts';

export type AgentState = 'active' | 'standby';

export interface HeldLease {
  readonly jobId: string;
  readonly fence: number;
}

/** What an agent says to its control server (contract/agent.ts). Every call may throw `unreachable`; the agent asks again. */
export interface AgentApi {
  register(body: { readonly lab: string; readonly instance: string; readonly version: string }, signal: AbortSignal): Promise<Registration>;
  lease(agentId: string, waitMs: number, signal: AbortSignal): Promise<{ readonly lease: Lease | null; readonly state: AgentState }>;
  heartbeat(agentId: string, leases: readonly HeldLease[], signal: AbortSignal): Promise<Heard>;
  sendEvents(agentId: string, events: readonly SentEvent[], signal: AbortSignal): Promise<{ readonly refused: readonly Refusal[] }>;
}

export interface Registration {
  readonly agentId: string;
  readonly state: AgentState;
  /** Since when another agent works for this lab. */
  readonly activeSince: string | null;
}

export interface Heard {
  readonly state: AgentState;
  readonly cancel: readonly string[];
  readonly lost: readonly string[];
}

export interface Refusal {
  readonly id: string;
  readonly reason: string;
}
