import { planIndex } from '../../lab/plan-index.ts';
import type { LabPlan, PlannedMachine } from '../../lab/plan.ts';
import { holderOf } from '../holder-of.ts';
import { sizeLine } from './size-line.ts';

export interface PictureMachine {
  readonly name: string;
  /** `cluster1/master-0`: what it is now, else what it would be first. */
  readonly node: string;
  readonly cluster: string | undefined;
  /** Does that cluster hold it? */
  readonly held: boolean;
  readonly lines: readonly string[];
}

/** A machine as the picture has it; of bare metal, whose host has addresses and sizes, without them. */
export function pictureMachine(plan: LabPlan, machine: PlannedMachine): PictureMachine {
  const now = holderOf(plan, machine.name);
  const nodeOf = (one: NonNullable<typeof now>): string => `${one.cluster.name}/${one.node.name}`;
  const held = now?.cluster.active ?? false;
  const others = (planIndex(plan).memberships.get(machine.name) ?? []).filter(({ cluster }) => cluster !== now?.cluster);
  const isNamedSo = machine.kind === 'metal' || (now && machine.name === `${now.cluster.name}-${now.node.name}`);
  const disks = machine.disks.map(({ sizeGiB }) => sizeGiB);
  return {
    name: machine.name,
    node: now ? nodeOf(now) : 'in no cluster',
    cluster: now?.cluster.name,
    held,
    lines: [
      ...(isNamedSo ? [] : [`is VM ${machine.name}`]),
      ...(machine.kind === 'vm' ? [...addressLines(plan, machine), sizeLine(machine.vcpus, machine.memoryMiB, disks)] : []),
      ...(now && !held ? ['held by no cluster now'] : []),
      ...others.map((one) => `or ${nodeOf(one)}`),
    ],
  };
}

/** With the network’s name where a machine is in several. */
function addressLines(plan: LabPlan, { name }: PlannedMachine): string[] {
  const holder = holderOf(plan, name);
  if (!holder) return [];
  const { node, cluster } = holder;
  const further = node.interfaces ?? [];
  const prefix = (network: string): string => (further.length > 0 || plan.networks.length > 1 ? `${network} ` : '');
  return [
    ...node.addresses.map((address) => `${prefix(cluster.network)}${address}`),
    ...further.flatMap(({ network, addresses }) => addresses.map((address) => `${prefix(network)}${address}`)),
  ];
}
