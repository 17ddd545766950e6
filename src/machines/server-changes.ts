import { createHash } from 'node:crypto';
import type { LabPlan, PlannedCluster, PlannedMachine, PlannedNetwork } from '../lab/plan.ts';
import { placeOf } from '../render/bridge.ts';
import { diskPath, renderLibvirtDomain } from '../render/libvirt-domain.ts';
import { renderLibvirtNetwork } from '../render/libvirt-network.ts';
import { LabwrightError } from '../util/errors.ts';
import { keepBridge, makeBridge } from './bridge.ts';
import type { Change } from './change.ts';
import { removePaths } from './files.ts';
import { labPaths } from './lab-paths.ts';
import type { FoundDomain, ServerState } from './server-state.ts';
import { defineDomain, domainState, makeNetwork, removeDomain, virsh } from './virsh.ts';
import { createVolume, growVolume, makeFolders } from './volumes.ts';
import { find, parseXml, xmlDrift } from './xml-drift.ts';

const GIB = 1024 ** 3;

/** The VMs a server has in the plan. */
export function machinesOn(plan: LabPlan, server: string): PlannedMachine[] {
  return plan.machines.filter((machine) => machine.kind === 'vm' && machine.server === server);
}

/** Who holds a machine: its active cluster, else the first that declares it. */
export function holderOf(plan: LabPlan, machine: string): PlannedCluster | undefined {
  const holders = plan.clusters.filter((cluster) => cluster.nodes.some((node) => node.machine === machine));
  return holders.find((cluster) => cluster.active) ?? holders[0];
}

/** What has to be done on a server, in the order to do it. Starting machines is not part of it: DHCP has to be there first. */
export function serverChanges(plan: LabPlan, server: string, state: ServerState): Change[] {
  const machines = machinesOn(plan, server);
  if (machines.length === 0) return [];
  const networks = plan.networks.filter((network) => machines.some((machine) => holderOf(plan, machine.name)?.network === network.name));
  return [
    ...bridgeChanges(plan, server, state),
    ...networks.flatMap((network) => networkChanges(plan, server, state, network)),
    ...folderChanges(plan, server, state),
    ...machines.flatMap((machine) => [...volumeChanges(plan, machine, state), ...domainChanges(plan, machine, state)]),
  ];
}

function bridgeChanges(plan: LabPlan, server: string, { bridge }: ServerState): Change[] {
  const { server: planned, network, addresses } = placeOf(plan, server);
  const address = addresses.join(' and ');
  const base = { kind: 'bridge', name: network.bridge, on: server } as const;
  if (bridge.holdsNic && bridge.up && addresses.every((one) => bridge.addresses.includes(one))) {
    if (bridge.unfinished.length === 0) return [];
    const act: Change['act'] = (host, signal) => keepBridge(host, plan, bridge.unfinished, signal);
    return [{ ...base, action: 'update', consequence: 'none', detail: 'keep a change that was interrupted', act }];
  }
  const act: Change['act'] = async (host, signal) => {
    const fault = obstacle();
    if (fault) throw fault;
    await makeBridge(host, plan, server, signal);
  };
  // A bridge of that name that is set up otherwise may carry other people's traffic: it is theirs to change.
  function obstacle(): LabwrightError | undefined {
    if (!bridge.nicExists)
      return new LabwrightError('not_found', `${server} has no NIC ${planned.nic}`, { hint: `name the NIC that faces the jumphost (ip link on ${server})` });
    if (!bridge.exists) return undefined;
    const found = `${bridge.holdsNic ? 'holds' : 'does not hold'} ${planned.nic}, is ${bridge.up ? 'up' : 'down'}, has ${bridge.addresses.join(', ') || 'no address'}`;
    return new LabwrightError('conflict', `${network.bridge} on ${server} is there but not as planned: it ${found}`, {
      hint: `give it ${planned.nic} and ${address}, or take it away (ip link del ${network.bridge}), then apply again`,
    });
  }
  return [{ ...base, action: 'create', consequence: 'live', detail: `moves ${planned.nic} and ${address} into it`, act }];
}

function networkChanges(plan: LabPlan, server: string, state: ServerState, network: PlannedNetwork): Change[] {
  const xml = renderLibvirtNetwork(plan, { network: network.name });
  const planned = parseXml(xml);
  const uuid = find(planned, 'uuid')!.textContent!;
  const found = state.networks.find((one) => one.uuid === uuid);
  const base = { kind: 'network', name: network.name, on: server } as const;
  const act: Change['act'] = async ({ exec }, signal) => {
    const other = state.networks.find((one) => one.uuid !== uuid && find(parseXml(one.xml), 'name')?.textContent === network.name);
    if (other) {
      throw new LabwrightError('conflict', `${server} has another libvirt network named ${network.name} (${other.uuid})`, {
        hint: 'give the network another name in the lab file, or undefine that one',
      });
    }
    await makeNetwork(exec, uuid, xml, signal);
  };
  if (!found) return [{ ...base, action: 'create', consequence: 'none', detail: `over bridge ${network.bridge}`, act }];
  const drift = [
    ...xmlDrift(planned, parseXml(found.xml)),
    ...(found.active ? [] : ['is not active']),
    ...(found.autostart ? [] : ['does not start with the server']),
  ];
  return drift.length === 0 ? [] : [{ ...base, action: 'update', consequence: 'live', detail: drift.join('; '), act }];
}

function folderChanges(plan: LabPlan, server: string, { volumes }: ServerState): Change[] {
  if (volumes) return [];
  const { imagesDir } = labPaths(plan);
  const act: Change['act'] = ({ exec }, signal) => makeFolders(exec, plan, signal);
  return [{ action: 'create', kind: 'folder', name: imagesDir, on: server, consequence: 'none', detail: 'for disks, consoles and their logs', act }];
}

function volumeChanges(plan: LabPlan, machine: PlannedMachine, state: ServerState): Change[] {
  return machine.disks.flatMap((disk, index): Change[] => {
    const path = diskPath(labPaths(plan), machine.name, index);
    const bytes = state.volumes?.get(path);
    const base = { kind: 'volume', name: path, on: machine.server, ...tagsOf(plan, machine) } as const;
    if (bytes === undefined) {
      const act: Change['act'] = ({ exec }, signal) => createVolume(exec, path, disk.sizeGiB, signal);
      return [{ ...base, action: 'create', consequence: 'none', detail: `${disk.sizeGiB} GiB, thin`, act }];
    }
    const [has, wants] = [bytes / GIB, disk.sizeGiB];
    if (has === wants) return [];
    if (has < wants) {
      const running = state.domains.some((domain) => domain.uuid === machine.uuid && domain.state !== 'shut off');
      const act: Change['act'] = ({ exec }, signal) => growVolume(exec, { path, domain: running ? machine.uuid : undefined, sizeGiB: wants }, signal);
      return [{ ...base, action: 'update', consequence: 'live', detail: `grows from ${has} to ${wants} GiB`, act }];
    }
    const act: Change['act'] = () => {
      throw new LabwrightError('refused', `the disk ${path} of ${machine.name} has ${has} GiB, more than the planned ${wants}`, {
        hint: `a disk only grows: plan at least ${has}GiB`,
      });
    };
    return [{ ...base, action: 'update', consequence: 'data-loss', detail: `would shrink from ${has} to ${wants} GiB`, act }];
  });
}

function domainChanges(plan: LabPlan, machine: PlannedMachine, state: ServerState): Change[] {
  const found = state.domains.find((domain) => domain.uuid === machine.uuid);
  const base = { kind: 'machine', name: machine.name, on: machine.server, ...tagsOf(plan, machine) } as const;
  const define = (generation: number): Change['act'] => {
    return async ({ exec }, signal) => {
      const other = state.domains.find((domain) => domain.name === machine.name && domain.uuid !== machine.uuid);
      if (other) {
        throw new LabwrightError('conflict', `${machine.server} has another domain named ${machine.name} (${other.uuid})`, {
          hint: 'undefine it, or name the cluster otherwise',
        });
      }
      await defineDomain(exec, domainXml(plan, machine, generation), signal);
    };
  };
  if (!found) {
    const detail = `${machine.vcpus} vCPU, ${machine.memoryMiB} MiB, ${machine.mac}`;
    return [{ ...base, action: 'create', consequence: 'none', detail, act: define(1) }];
  }
  const drift = xmlDrift(parseXml(domainXml(plan, machine, found.generation)), parseXml(found.xml));
  if (drift.length === 0) return [];
  const consequence = found.state === 'shut off' ? 'redefine' : 'next-boot';
  return [{ ...base, action: 'update', consequence, detail: drift.join('; '), act: define(found.generation + 1) }];
}

/** The domain of a machine; its spec is the hash of everything else in it. */
export function domainXml(plan: LabPlan, machine: PlannedMachine, generation: number): string {
  const options = { ...labPaths(plan), machine: machine.name };
  const bare = renderLibvirtDomain(plan, { ...options, spec: '', generation: 0 });
  const spec = `sha256:${createHash('sha256').update(bare).digest('hex')}`;
  return renderLibvirtDomain(plan, { ...options, spec, generation });
}

/** Machines of profile `tiny` that an active cluster holds; what an installer is for is powered on by its installation. */
export function machinesToRun(plan: LabPlan, server: string): PlannedMachine[] {
  return machinesOn(plan, server).filter((machine) => machine.directBoot && holderOf(plan, machine.name)?.active === true);
}

export function startChanges(plan: LabPlan, server: string, state: ServerState): Change[] {
  return machinesToRun(plan, server).flatMap((machine): Change[] => {
    const found = state.domains.find((domain) => domain.uuid === machine.uuid);
    if (found && found.state !== 'shut off' && found.state !== 'crashed') return [];
    const act: Change['act'] = async ({ exec }, signal) => {
      if ((await domainState(exec, machine.uuid, signal)) !== 'running') await virsh(exec, ['start', machine.uuid], { signal });
    };
    return [{ action: 'update', kind: 'power', name: machine.name, on: server, ...tagsOf(plan, machine), consequence: 'live', detail: 'starts', act }];
  });
}

/** What this lab made on a server and no longer plans there. Carried out on demand only: it takes disks away. */
export function leftovers(plan: LabPlan, server: string, state: ServerState): Change[] {
  const machines = machinesOn(plan, server);
  const uuids = new Set(machines.map((machine) => machine.uuid));
  const paths = new Set(machines.flatMap((machine) => machine.disks.map((_, index) => diskPath(labPaths(plan), machine.name, index))));
  return [
    ...state.domains.filter((domain) => domain.lab === plan.lab && !uuids.has(domain.uuid)).map((domain) => domainRemoval(server, domain)),
    ...[...(state.volumes ?? new Map<string, number>()).keys()].filter((path) => !paths.has(path)).map((path) => volumeRemoval(server, path)),
  ];
}

export function domainRemoval(server: string, domain: FoundDomain): Change {
  const act: Change['act'] = ({ exec }, signal) => removeDomain(exec, domain.uuid, signal);
  const detail = `${domain.state}; made by labwright for lab ${domain.lab}`;
  return { action: 'delete', kind: 'machine', name: domain.name, on: server, machine: domain.name, consequence: 'data-loss', detail, act };
}

export function volumeRemoval(server: string, path: string): Change {
  const act: Change['act'] = ({ exec }, signal) => removePaths(exec, [path], signal);
  return { action: 'delete', kind: 'volume', name: path, on: server, consequence: 'data-loss', detail: 'a disk in the folder of this lab', act };
}

function tagsOf(plan: LabPlan, machine: PlannedMachine): { readonly machine: string; readonly cluster?: string } {
  const cluster = holderOf(plan, machine.name)?.name;
  return { machine: machine.name, ...(cluster !== undefined && { cluster }) };
}
