import type { LabPlan } from '../lab/plan.ts';
import { holderOf } from '../render/holder-of.ts';
import { differences, type LabDeps } from './apply-lab.ts';
import { shown } from './changes/change.ts';
import { observeLab } from './changes/observe-lab.ts';
import { targetFilter } from './targets.ts';
import type { Failure } from './work-off.ts';

export interface LabStatus {
  readonly lab: string;
  /** True when every host answered and nothing differs from the plan. */
  readonly asPlanned: boolean;
  readonly machines: readonly MachineStatus[];
  readonly dnsmasq: 'running' | 'stopped' | 'unknown';
  readonly changes: readonly ReturnType<typeof shown>[];
  readonly failures: readonly Failure[];
  /** Servers without planned VMs that could not be looked at. */
  readonly unseen: readonly Failure[];
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
  const all = Object.values(differences(plan, state, targetFilter(plan, []))).flat();
  const leases = new Map(state.jumphost?.dnsmasq.leases.map(({ mac, address }) => [mac, address]));
  const machines = plan.machines
    .filter((machine) => machine.kind === 'vm')
    .map((machine): MachineStatus => {
      const holder = holderOf(plan, machine.name);
      const server = state.servers.get(machine.server);
      return {
        name: machine.name,
        server: machine.server,
        cluster: holder?.cluster.name,
        mac: machine.mac,
        address: holder?.node.addresses[0],
        lease: leases.get(machine.mac),
        state: server ? (server.domains.find((domain) => domain.uuid === machine.uuid)?.state ?? 'missing') : 'unknown',
      };
    });
  const dnsmasq = state.jumphost ? (state.jumphost.dnsmasq.running ? 'running' : 'stopped') : 'unknown';
  return {
    lab: plan.lab,
    asPlanned: all.length === 0 && state.failures.length === 0,
    machines,
    dnsmasq,
    changes: all.map(shown),
    failures: state.failures,
    unseen: state.unseen,
  };
}
