import { basename } from 'node:path';
import type { LabPlan } from '../../lab/plan.ts';
import { placeOf } from '../../render/bridge.ts';
import { networksOn } from '../../render/networks-on.ts';
import { diskPath } from '../../render/libvirt-domain.ts';
import { networkUuid } from '../changes/ground-changes.ts';
import { machinesOn } from '../changes/server-changes.ts';
import type { FoundDomain, ServerState } from '../changes/server-state.ts';
import { timeRemovals } from '../changes/time-changes.ts';
import { find, parseXml } from '../changes/xml-drift.ts';
import { removePaths } from '../doors/files.ts';
import { removeDomain, removeNetwork } from '../doors/virsh.ts';
import { labPaths } from '../lab-paths.ts';
import { labOfPath, ownerOf, type Orphan } from './orphan.ts';
import type { ServerExtras } from './server-extras.ts';

/** What a server has that is not planned there, domains first: their files can go only after them. */
export function serverOrphans(plan: LabPlan, on: string, state: ServerState, extras: ServerExtras): Orphan[] {
  const planned = new Set(machinesOn(plan, on).map(({ uuid }) => uuid));
  const strangers = state.domains.filter(({ uuid }) => !planned.has(uuid));
  return [
    ...strangers.map((domain): Orphan => ({
      on,
      kind: 'machine',
      name: domain.name,
      ...markOf(plan, domain),
      remove: ({ exec }, signal) => removeDomain(exec, domain.uuid, signal),
    })),
    ...portOrphans(plan, on, state, extras),
    ...networkOrphans(plan, on, state),
    ...extras.images.flatMap((path) => imageOrphan(plan, on, state, path)),
    ...extras.nvrams.flatMap((path) => nvramOrphan(plan, on, state, path)),
    ...timeOrphans(plan, on, state),
  ].map((orphan) => (orphan.owner === 'ours' ? orphan : withoutRemoval(orphan)));
}

function withoutRemoval({ on, kind, name, owner, evidence }: Orphan): Orphan {
  return { on, kind, name, owner, evidence };
}

function markOf(plan: LabPlan, { lab, state, name }: FoundDomain): Pick<Orphan, 'owner' | 'evidence'> {
  return { owner: ownerOf(plan.lab, lab), evidence: lab === undefined ? `${name} (${state}) has no mark` : `${name} (${state}) is marked for lab ${lab}` };
}

function portOrphans(plan: LabPlan, on: string, state: ServerState, extras: ServerExtras): Orphan[] {
  const planned = new Set(machinesOn(plan, on).map(({ uuid }) => uuid));
  const { server } = placeOf(plan, on);
  return extras.ports.flatMap((port): Orphan[] => {
    if (port === server.nic) return [];
    const domain = state.domains.find(({ uuid }) => uuid === extras.domainPorts.get(port));
    if (domain && planned.has(domain.uuid)) return [];
    // A VM's port goes with the VM.
    return [{ on, kind: 'bridge-port', name: port, ...(domain ? markOf(plan, domain) : { owner: 'unknown', evidence: 'no running VM has it' }) }];
  });
}

/** A server without VMs keeps its own time. */
function timeOrphans(plan: LabPlan, on: string, { time }: ServerState): Orphan[] {
  if (machinesOn(plan, on).length > 0) return [];
  return timeRemovals(plan, on, time).map(({ detail, act }) => ({
    on,
    kind: 'time',
    name: plan.lab,
    owner: 'ours',
    evidence: `${detail}, for no VM`,
    remove: act,
  }));
}

function networkOrphans(plan: LabPlan, on: string, state: ServerState): Orphan[] {
  // A server without VMs needs none.
  const planned = new Set(machinesOn(plan, on).length === 0 ? [] : networksOn(plan, on).map((network) => networkUuid(plan, network)));
  return state.networks.flatMap((network): Orphan[] => {
    if (planned.has(network.uuid)) return [];
    const name = find(parseXml(network.xml), 'name')?.textContent ?? network.uuid;
    const ours = networkUuid(plan, { name }) === network.uuid;
    const mark = ours
      ? ({ owner: 'ours', evidence: 'its UUID is this lab’s' } as const)
      : ({ owner: 'unknown', evidence: 'its UUID is not of this lab' } as const);
    return [{ on, kind: 'network', name, ...mark, remove: ({ exec }, signal) => removeNetwork(exec, network, signal) }];
  });
}

/** A disk or an ISO: whose folder it lies in, and which VM uses it. */
function imageOrphan(plan: LabPlan, on: string, state: ServerState, path: string): Orphan[] {
  const machines = machinesOn(plan, on);
  if (machines.some((machine) => machine.disks.some((_, index) => diskPath(labPaths(plan), machine, index) === path))) return [];
  const user = state.domains.find(({ xml }) => xml.includes(path));
  if (user && machines.some(({ uuid }) => uuid === user.uuid)) return [];
  const lab = labOfPath(path);
  const used = user ? `, used by ${user.name}` : '';
  return [
    {
      on,
      kind: /\.iso$|\.part$/.test(path) ? 'image' : 'disk',
      name: path,
      owner: ownerOf(plan.lab, lab),
      evidence: `${lab === undefined ? 'in no folder of labwright’s' : `in the folder of lab ${lab}`}${used}`,
      remove: ({ exec }, signal) => removePaths(exec, [path], signal),
    },
  ];
}

/** libvirt names it after the domain; without one its name is the only trace of whose it was. */
function nvramOrphan(plan: LabPlan, on: string, state: ServerState, path: string): Orphan[] {
  const remove: Orphan['remove'] = ({ exec }, signal) => removePaths(exec, [path], signal);
  const base = { on, kind: 'nvram', name: path, remove } as const;
  const user = state.domains.find(({ xml }) => xml.includes(path));
  if (user && machinesOn(plan, on).some(({ uuid }) => uuid === user.uuid)) return [];
  if (user) return [{ ...base, ...markOf(plan, user) }];
  const machine = basename(path).replace(/_VARS\.\w+$/, '');
  const disk = [...(state.volumes?.keys() ?? [])].some((volume) => volume === diskPath(labPaths(plan), { name: machine, pool: undefined }, 0));
  if (disk || plan.machines.some(({ name }) => name === machine))
    return [{ ...base, owner: 'ours', evidence: `no VM has it, and ${machine} is a machine of this lab` }];
  return [{ ...base, owner: 'unknown', evidence: 'no VM has it' }];
}
