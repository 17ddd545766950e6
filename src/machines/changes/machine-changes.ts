import { createHash } from 'node:crypto';
import type { LabPlan, PlannedMachine } from '../../lab/plan.ts';
import { holderOf } from '../../render/holder-of.ts';
import { diskPath, renderLibvirtDomain } from '../../render/libvirt-domain.ts';
import { cloudMachineOf, renderCloudInit, seedPath, type CloudMachine } from '../../render/cloud-init.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Exec } from '../../util/exec.ts';
import type { Change } from './change.ts';
import { differenceText, THERE, type Difference } from './difference.ts';
import { labPaths } from '../lab-paths.ts';
import type { ServerState } from './server-state.ts';
import { defineDomain, domainState, virsh } from '../doors/virsh.ts';
import { createVolumeFromImage, writeSeed } from '../doors/cloud-image.ts';
import { createVolume, growVolume } from '../doors/volumes.ts';
import { ownPublicKeys } from '../own-public-keys.ts';
import { find, parseXml, xmlDrift } from './xml-drift.ts';

const GIB = 1024 ** 3;
const MISSING: Difference = { field: 'it', wanted: THERE, found: undefined };
/** Attributes of the mark: they follow the rest. */
const MARKED: ReadonlySet<string> = new Set(['spec', 'generation']);

/** What has to be done for one VM on its server: disks, then the domain. */
export function machineChanges(plan: LabPlan, machine: PlannedMachine, state: ServerState): Change[] {
  return [...volumeChanges(plan, machine, state), ...domainChanges(plan, machine, state)];
}

function volumeChanges(plan: LabPlan, machine: PlannedMachine, state: ServerState): Change[] {
  return machine.disks.flatMap((disk, index): Change[] => {
    const path = diskPath(labPaths(plan), machine, index);
    const bytes = state.volumes?.get(path);
    const base = { kind: 'volume', name: path, on: machine.server, ...tagsOf(plan, machine) } as const;
    if (bytes === undefined) {
      const cloud = index === 0 ? cloudMachineOf(plan, machine.name) : undefined;
      const act: Change['act'] = ({ exec }, signal) =>
        cloud ? createCloudDisk(exec, { plan, machine, cloud, path }, signal) : createVolume(exec, path, disk.sizeGiB, signal);
      const byHand = state.domains.some((domain) => domain.uuid === machine.uuid);
      return [
        {
          ...base,
          action: 'create',
          consequence: 'none',
          detail: `${disk.sizeGiB} GiB, ${cloud ? `from ${cloud.image}` : 'thin'}`,
          byHand,
          differences: [MISSING],
          act,
        },
      ];
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
        hint: `plan at least ${has}GiB, or lose what is on it: labwright lab reset ${machine.name}`,
      });
    };
    const consequence = isHeld(plan, machine) ? 'refused' : 'data-loss';
    return [{ ...base, action: 'update', consequence, detail: `would shrink from ${has} to ${wants} GiB`, act }];
  });
}

/** The seed first: where the disk is, both are. */
async function createCloudDisk(
  exec: Exec,
  { plan, machine, cloud, path }: { readonly plan: LabPlan; readonly machine: PlannedMachine; readonly cloud: CloudMachine; readonly path: string },
  signal: AbortSignal,
): Promise<void> {
  const server = plan.servers.find(({ name }) => name === machine.server)!;
  await writeSeed(exec, seedPath(labPaths(plan), machine.name), renderCloudInit(plan, machine.name, cloud, ownPublicKeys(server)), signal);
  await createVolumeFromImage(exec, { path, image: cloud.image, sizeGiB: machine.disks[0]!.sizeGiB }, signal);
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
    const byHand = machine.disks.some((_, index) => state.volumes?.has(diskPath(labPaths(plan), machine, index)));
    return [{ ...base, action: 'create', consequence: 'none', detail, byHand, differences: [MISSING], act: define(1) }];
  }
  const drift = xmlDrift(parseXml(domainXml(plan, machine, found.generation)), parseXml(found.xml), MARKED);
  const byHand = found.spec === specOf(plan, machine);
  if (drift.length === 0 && byHand) return [];
  // What is installed boots from the firmware that it was installed with.
  const firmware = find(parseXml(found.xml), 'os')?.getAttribute('firmware') ?? 'bios';
  if (firmware !== machine.firmware) {
    const change = { ...base, action: 'update', detail: `firmware is ${firmware}, planned ${machine.firmware}`, byHand, differences: drift } as const;
    if (!isHeld(plan, machine)) return [{ ...change, consequence: 'rebuild', act: define(found.generation + 1) }];
    const act: Change['act'] = () => {
      throw new LabwrightError('refused', `what is installed on ${machine.name} would not boot with ${machine.firmware} in place of ${firmware}`, {
        hint: `plan ${firmware}, or lose what is installed: labwright lab reset ${machine.name}`,
      });
    };
    return [{ ...change, consequence: 'refused', act }];
  }
  const consequence = found.state === 'shut off' ? 'redefine' : 'next-boot';
  const detail = drift.map(differenceText).join('; ') || 'its mark is of an earlier plan';
  return [{ ...base, action: 'update', consequence, detail, byHand, differences: drift, act: define(found.generation + 1) }];
}

/** The domain of a machine; its spec is the hash of everything else in it. */
export function domainXml(plan: LabPlan, machine: PlannedMachine, generation: number): string {
  return renderLibvirtDomain(plan, { ...labPaths(plan), machine: machine.name, spec: specOf(plan, machine), generation });
}

function specOf(plan: LabPlan, machine: PlannedMachine): string {
  const bare = renderLibvirtDomain(plan, { ...labPaths(plan), machine: machine.name, spec: '', generation: 0 });
  return `sha256:${createHash('sha256').update(bare).digest('hex')}`;
}

/** Starts a VM that ought to run and does not. */
export function startChanges(plan: LabPlan, machine: PlannedMachine, state: ServerState): Change[] {
  const found = state.domains.find((domain) => domain.uuid === machine.uuid);
  if (found && found.state !== 'shut off' && found.state !== 'crashed') return [];
  const off = found ? { byHand: true, differences: [{ field: 'power', wanted: 'running', found: found.state }] } : {};
  const act: Change['act'] = async ({ exec }, signal) => {
    if ((await domainState(exec, machine.uuid, signal)) !== 'running') await virsh(exec, ['start', machine.uuid], { signal });
  };
  return [
    {
      action: 'update',
      kind: 'power',
      name: machine.name,
      on: machine.server,
      ...tagsOf(plan, machine),
      consequence: 'live',
      detail: 'is off, starts',
      ...off,
      act,
    },
  ];
}

function isHeld(plan: LabPlan, machine: PlannedMachine): boolean {
  return holderOf(plan, machine.name)?.cluster.active === true;
}

function tagsOf(plan: LabPlan, machine: PlannedMachine): { readonly machine: string; readonly cluster?: string } {
  const cluster = holderOf(plan, machine.name)?.cluster.name;
  return { machine: machine.name, ...(cluster !== undefined && { cluster }) };
}
