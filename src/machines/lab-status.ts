import type { LabPlan } from '../lab/plan.ts';
import { placeOf } from '../render/bridge.ts';
import { holderOf } from '../render/holder-of.ts';
import { differences, type LabDeps } from './apply-lab.ts';
import { shown } from './changes/change.ts';
import { networkUuid } from './changes/ground-changes.ts';
import { observeLab } from './changes/observe-lab.ts';
import { machinesOn, machinesToRun } from './changes/server-changes.ts';
import type { ServerState } from './changes/server-state.ts';
import { servedByLibvirt } from './served-by-libvirt.ts';
import { targetFilter } from './targets.ts';
import type { Failure } from './work-off.ts';

export interface LabStatus {
  readonly lab: string;
  /** True when every host answered and nothing differs from the plan. */
  readonly asPlanned: boolean;
  readonly servers: readonly ServerStatus[];
  readonly machines: readonly MachineStatus[];
  /** `libvirt` where that gives addresses and names itself. */
  readonly dnsmasq: 'running' | 'stopped' | 'unknown' | 'libvirt';
  /** What an apply would do; what only `--prune` takes away is in `leftovers`. */
  readonly changes: readonly ReturnType<typeof shown>[];
  readonly leftovers: readonly ReturnType<typeof shown>[];
  readonly failures: readonly Failure[];
  /** Servers without planned VMs that could not be looked at. */
  readonly unseen: readonly Failure[];
}

export interface ServerStatus {
  readonly name: string;
  /** What was found; `unknown` when it does not answer. */
  readonly bridge: 'up' | 'down' | 'missing' | 'unknown';
  readonly network: 'active' | 'inactive' | 'missing' | 'unknown';
  /** VMs that the plan has there, and how many of them were found. */
  readonly planned: number;
  readonly found: number | undefined;
}

export interface MachineStatus {
  readonly name: string;
  readonly server: string;
  readonly cluster: string | undefined;
  readonly mac: string;
  /** What the plan says. */
  readonly address: string | undefined;
  /** What the jumphost gave it; undefined without a lease. */
  readonly lease: string | undefined;
  /** `running`, for machines that run whenever their cluster holds them; of others the installation decides. */
  readonly wanted: 'running' | 'defined';
  /** How often it was made; undefined without a domain. */
  readonly generation: number | undefined;
  /** libvirt's word, `missing` without a domain, `unknown` when its server does not answer. */
  readonly state: string;
}

/** Looks at every host and compares with the plan; changes nothing. */
export async function labStatus(deps: Pick<LabDeps, 'hosts'>, plan: LabPlan, signal: AbortSignal): Promise<LabStatus> {
  const state = await observeLab(
    deps.hosts,
    plan,
    plan.servers.map((server) => server.name),
    signal,
  );
  const { leftovers, ...rest } = differences(plan, state, targetFilter(plan, []));
  const all = Object.values(rest).flat();
  const leases = new Map(state.jumphost?.dnsmasq.leases.map(({ mac, address }) => [mac, address]));
  const machines = plan.machines
    .filter((machine) => machine.kind === 'vm')
    .map((machine): MachineStatus => {
      const holder = holderOf(plan, machine.name);
      const server = state.servers.get(machine.server);
      const domain = server?.domains.find(({ uuid }) => uuid === machine.uuid);
      return {
        name: machine.name,
        server: machine.server,
        cluster: holder?.cluster.name,
        mac: machine.mac,
        address: holder?.node.addresses[0],
        lease: leases.get(machine.mac),
        wanted: machinesToRun(plan, machine.server).includes(machine) ? 'running' : 'defined',
        generation: domain?.generation,
        state: server ? (domain?.state ?? 'missing') : 'unknown',
      };
    });
  const dnsmasq = servedByLibvirt(plan) ? 'libvirt' : state.jumphost ? (state.jumphost.dnsmasq.running ? 'running' : 'stopped') : 'unknown';
  return {
    lab: plan.lab,
    asPlanned: all.length === 0 && leftovers.length === 0 && state.failures.length === 0,
    servers: plan.servers.map(({ name }) => serverStatus(plan, name, state.servers.get(name))),
    machines,
    dnsmasq,
    changes: all.map(shown),
    leftovers: leftovers.map(shown),
    failures: state.failures,
    unseen: state.unseen,
  };
}

function serverStatus(plan: LabPlan, name: string, state: ServerState | undefined): ServerStatus {
  const machines = machinesOn(plan, name);
  const planned = machines.length;
  if (!state) return { name, bridge: 'unknown', network: 'unknown', planned, found: undefined };
  const network = state.networks.find(({ uuid }) => uuid === networkUuid(plan, placeOf(plan, name).network));
  return {
    name,
    bridge: state.bridge.exists ? (state.bridge.up ? 'up' : 'down') : 'missing',
    network: network ? (network.active ? 'active' : 'inactive') : 'missing',
    planned,
    found: machines.filter(({ uuid }) => state.domains.some((domain) => domain.uuid === uuid)).length,
  };
}
