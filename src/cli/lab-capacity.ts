import { Command, Option } from 'commander';
import type { Packing } from '../lab/capacity/address-room.ts';
import { clusterKind, type ClusterKind, USUAL_KINDS } from '../lab/capacity/cluster-kind.ts';
import { explainCapacity } from '../lab/capacity/explain-capacity.ts';
import type { Block } from '../lab/ip.ts';
import { labCapacity, LIMITS, roomOfEmptyLab, roomsOfLab, type Room } from '../lab/capacity/lab-capacity.ts';
import { readCidr } from '../lab/segments.ts';
import { LabwrightError } from '../util/errors.ts';
import { planLabFile } from './plan-lab-file.ts';
import { table } from './table.ts';

const EXAMPLES = `
A kind is sno, or abi, ipi, upi or hub+spoke with its masters and workers: abi-3+2. metal- before it puts its nodes on bare-metal hosts that no cluster
has: metal-sno, metal-abi-3+2. hcp is a hosted control plane, whose two addresses its hub keeps; hcp-0+2 one with two bare-metal workers. VMs stand whole on one server, with 8 vCPUs a VM, 16 GiB
a master, 32 GiB a worker and 120 GB thin disks. Without --cidr the question is about the lab as planned; with it, about an empty lab of the same servers
in that network. Packing "slots" counts one aligned block of addresses for each cluster, as lab plan gives them out; "exact" counts single addresses,
without those a network keeps (dynamic: and spare: in the lab file, 5 each).

Examples:
  labwright lab capacity my-lab                                     every kind
  labwright lab capacity my-lab --kind ipi-3+3                      one, and what stops the next
  labwright lab capacity my-lab --kind ipi-3+3 --cidr 192.168.20.0/23 --packing exact --json
`;

interface Flags {
  readonly kind?: string;
  readonly cidr?: string;
  readonly packing?: Packing;
  readonly json?: boolean;
}

/** `labwright lab capacity PATH`. */
export function labCapacityCommand(): Command {
  return new Command('capacity')
    .description('how many more clusters fit into a lab, and what stops the next one; contacts and writes nothing')
    .argument('<path>', 'a lab file, or a folder with lab.yml in it')
    .option('--kind <kind>', 'clusters of this kind only: sno, abi-3+2, ipi-3+3, upi-3+2, hub+spoke-3+3, metal-abi-3+2, hcp, …')
    .option('--cidr <network>', 'ask about the lab emptied and moved to this network: 192.168.20.0/23')
    .addOption(new Option('--packing <how>', 'how clusters get addresses (default: exact with --cidr, else slots)').choices(['exact', 'slots']))
    .option('--json', 'print {fits, binds, limits} as JSON; without --kind, one for each kind')
    .addHelpText('after', EXAMPLES)
    .action(capacity);
}

async function capacity(path: string, flags: Flags): Promise<void> {
  const kind = flags.kind === undefined ? undefined : clusterKind(flags.kind);
  const block = flags.cidr === undefined ? undefined : blockOf(flags.cidr);
  const { plan } = (await planLabFile(path)).result;
  if (!plan) {
    process.exitCode = 2;
    return;
  }
  if (plan.servers.length === 0 && !kind?.hosts.length)
    throw new LabwrightError('bad_input', `lab ${plan.lab} has no servers to put clusters on`, {
      hint: 'add one: server01: {address: 192.168.21.2, nic: eno2, cpus: 96, memory: 512GiB, disk: 4TiB}',
    });
  const rooms = block ? [roomOfEmptyLab(plan, block, flags.packing ?? 'exact')] : roomsOfLab(plan, flags.packing ?? 'slots');
  if (flags.json) {
    const answer = kind ? labCapacity(rooms, kind) : Object.fromEntries(USUAL_KINDS.map((one) => [one.name, labCapacity(rooms, one)]));
    process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  } else process.stdout.write(kind ? oneKind(rooms, kind, block !== undefined) : allKinds(rooms, block !== undefined));
}

function blockOf(cidr: string): Block {
  const read = readCidr(cidr);
  if ('message' in read) throw new LabwrightError('bad_input', `--cidr: ${read.message}`, { hint: read.hint });
  return read;
}

function oneKind(rooms: readonly Room[], kind: ClusterKind, empty: boolean): string {
  const { fits, limits } = labCapacity(rooms, kind);
  const why = rooms.map((room) => `${rooms.length > 1 ? `${room.addresses.cidr}: ` : ''}${explainCapacity(room, kind)}`);
  const known = kind.hosts.length > 0 ? ([...LIMITS, 'hosts'] as const) : LIMITS;
  const each = known.map((limit) => `${limit} ${limits[limit] === Infinity ? 'no limit' : limits[limit]}`).join(', ');
  return `${[`${fits} ${empty ? '' : 'more '}${kind.name} fit ${where(rooms)}`, ...why, `clusters by each limit alone: ${each}`].join('\n')}\n`;
}

function allKinds(rooms: readonly Room[], empty: boolean): string {
  const rows = USUAL_KINDS.map((kind) => {
    const { fits, binds, limits } = labCapacity(rooms, kind);
    return [kind.name, String(fits), binds, ...LIMITS.map((limit) => String(limits[limit]))];
  });
  const head = ['KIND', empty ? 'FIT' : 'FIT MORE', 'BINDS', ...LIMITS.map((limit) => limit.toUpperCase())];
  return `${table([head, ...rows])}\nClusters of one kind ${where(rooms)}; with --kind, what stops the next one.\n`;
}

function where(rooms: readonly Room[]): string {
  const servers = rooms.reduce((total, room) => total + room.servers.length, 0);
  const cidrs = rooms.map(({ addresses }) => addresses.cidr).join(', ');
  const packing =
    rooms[0]?.addresses.packing === 'exact' ? 'addresses packed exactly' : `slots of ${rooms.map(({ addresses }) => addresses.slotSize).join(', ')} addresses`;
  return `in ${cidrs} on ${servers} server${servers === 1 ? '' : 's'} (${packing})`;
}
