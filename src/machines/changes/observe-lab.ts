import type { LabPlan } from '../../lab/plan.ts';
import { isLabwrightError } from '../../util/errors.ts';
import { observeJumphost, type JumphostState } from '../jumphost.ts';
import type { Host, LabHosts } from '../doors/lab-hosts.ts';
import { machinesOn } from './server-changes.ts';
import { observeServer, type ServerState } from './server-state.ts';
import { settleAll } from '../settle-all.ts';
import { failureOf, type Failure } from '../work-off.ts';

/** What the hosts that could be looked at have, and why the others could not. */
export interface LabState {
  readonly servers: ReadonlyMap<string, ServerState>;
  readonly jumphost: JumphostState | undefined;
  readonly failures: readonly Failure[];
  /** Servers without planned VMs that could not be looked at: whether something was left there is not known. */
  readonly unseen: readonly Failure[];
}

/**
 * Looks at every host, several at once; one that cannot be reached does not hide the others.
 *
 * Servers without planned VMs are looked at too, for VMs left from an earlier plan, but they need not answer: a bare-metal
 * node has neither ssh nor libvirt.
 *
 * @param further what else is to be found out on a host while it is visited; it tells its failures itself.
 */
export async function observeLab(
  hosts: LabHosts,
  plan: LabPlan,
  servers: readonly string[],
  signal: AbortSignal,
  further: (host: Host, server: ServerState | undefined) => Promise<void> = () => Promise.resolve(),
): Promise<LabState> {
  const failures: Failure[] = [];
  const unseen: Failure[] = [];
  const visit = async (name: string): Promise<ServerState> => {
    const host = hosts.server(name);
    const state = await observeServer(host.exec, plan, name, signal);
    await further(host, state);
    return state;
  };
  const visitJumphost = async (host: Host): Promise<JumphostState> => {
    const state = await observeJumphost(host.exec, plan, signal);
    await further(host, undefined);
    return state;
  };
  const [found, [jumphost]] = await Promise.all([settleAll(servers, visit, signal), settleAll([hosts.jumphost], visitJumphost, signal)]);
  const states = new Map<string, ServerState>();
  for (const [index, name] of servers.entries()) {
    const one = found[index]!;
    if (one.ok) states.set(name, one.value);
    else (machinesOn(plan, name).length > 0 || !isLabwrightError(one.error) ? failures : unseen).push(failureOf(name, one.error));
  }
  if (jumphost?.ok === false) failures.push(failureOf(hosts.jumphost.name, jumphost.error));
  return { servers: states, jumphost: jumphost?.ok ? jumphost.value : undefined, failures, unseen };
}
