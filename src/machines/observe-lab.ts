import type { LabPlan } from '../lab/plan.ts';
import type { Host, LabHosts } from './lab-hosts.ts';
import { observeJumphost, type JumphostState } from './jumphost.ts';
import { machinesOn } from './server-changes.ts';
import { observeServer, type ServerState } from './server-state.ts';
import { settleAll, type Settled } from './settle-all.ts';

export interface LabState {
  /** Servers that host VMs, by name; the others are not contacted. */
  readonly servers: ReadonlyMap<string, Settled<ServerState>>;
  readonly jumphost: Settled<JumphostState>;
}

/** Servers of the plan that host VMs. */
export function hypervisorsOf(plan: LabPlan): string[] {
  return plan.servers.map((server) => server.name).filter((name) => machinesOn(plan, name).length > 0);
}

/** Looks at every host at once, up to a bound; one that cannot be reached does not hide the others. */
export async function observeLab(hosts: LabHosts, plan: LabPlan, servers: readonly string[], signal: AbortSignal): Promise<LabState> {
  const look = (name: string): Promise<ServerState> => observeServer(hosts.server(name).exec, plan, name, signal);
  const [found, [jumphost]] = await Promise.all([
    settleAll(servers, look, signal),
    settleAll([hosts.jumphost], (host: Host) => observeJumphost(host.exec, plan, signal), signal),
  ]);
  return { servers: new Map(servers.map((name, index) => [name, found[index]!])), jumphost: jumphost! };
}
