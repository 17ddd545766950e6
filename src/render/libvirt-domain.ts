import { vmNicBus } from '../lab/place/slot-identities.ts';
import { planIndex } from '../lab/plan-index.ts';
import type { LabPlan, PlannedDisk, PlannedMachine, PlannedPool } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { cloudMachineOf, seedPath } from './cloud-init.ts';
import { homeOf } from './home-of.ts';
import { el, xmlText, type XmlElement } from './xml.ts';

export interface DomainOptions {
  readonly machine: string;
  /** Folders on the machine's server. */
  readonly imagesDir: string;
  readonly consolesDir: string;
  readonly logsDir: string;
  /** `sha256:…` of what the machine was made from; drift shows as a difference here. */
  readonly spec: string;
  readonly generation: number;
}

/** Namespace of the element that says which lab owns a domain. */
export const LAB_XML_NAMESPACE = 'https://labwright.dev/lab/1';
const CD_UNIT = 7;

/** Where the disk of that index lies on the machine's server: in the lab's folder, there or in another storage pool. */
export function diskPath(options: { readonly imagesDir: string }, { name, pool }: Pick<PlannedMachine, 'name' | 'pool'>, index: number): string {
  const folder = pool === undefined ? options.imagesDir : poolFolder(pool, options.imagesDir);
  return `${folder}/${name}${index === 0 ? '' : `-${index}`}.qcow2`;
}

/** The lab's folder in a storage pool: called as that for its other disks. */
export function poolFolder({ path }: Pick<PlannedPool, 'path'>, imagesDir: string): string {
  return `${path}${imagesDir.slice(imagesDir.lastIndexOf('/'))}`;
}

/** Domain XML of one VM, to define with `--validate` (reference/lab-and-libvirt.md §2.4). */
export function renderLibvirtDomain(plan: LabPlan, options: DomainOptions): string {
  const machine = planIndex(plan).machines.get(options.machine);
  if (machine?.kind !== 'vm') throw new LabwrightError('not_found', `the plan has no VM ${options.machine}`);
  // Not its holder: a claim must not redefine a VM.
  const home = homeOf(plan, machine.name);
  if (!home) throw new LabwrightError('not_found', `no cluster declares a node on ${machine.name}`);
  return xmlText(
    el(
      'domain',
      { type: plan.accel === 'kvm' ? 'kvm' : 'qemu' },
      el('name', {}, machine.name),
      el('uuid', {}, machine.uuid),
      el(
        'metadata',
        {},
        el('lab:machine', {
          'xmlns:lab': LAB_XML_NAMESPACE,
          lab: plan.lab,
          cluster: home.cluster.name,
          node: home.node.name,
          spec: options.spec,
          generation: options.generation,
        }),
      ),
      el('memory', { unit: 'MiB' }, String(machine.memoryMiB)),
      el('vcpu', {}, String(machine.vcpus)),
      ...(plan.accel === 'kvm' ? [el('cpu', { mode: 'host-passthrough', migratable: 'off' })] : []),
      osElement(machine),
      el('features', {}, el('acpi'), el('apic')),
      el('clock', { offset: 'utc' }),
      el('on_reboot', {}, 'restart'),
      el('devices', {}, ...devices(machine, home.cluster.network, options, cloudMachineOf(plan, machine.name) && seedPath(options, machine.name))),
    ),
  );
}

function osElement(machine: PlannedMachine): XmlElement {
  const type = el('type', { arch: 'x86_64', machine: 'q35' }, 'hvm');
  const direct = machine.directBoot;
  const boot = direct ? [el('kernel', {}, direct.kernel), el('initrd', {}, direct.initrd), el('cmdline', {}, direct.cmdline)] : [];
  if (machine.firmware === 'bios') return el('os', {}, type, ...boot);
  const secureBootOff = el('firmware', {}, el('feature', { enabled: 'no', name: 'secure-boot' }));
  return el('os', { firmware: 'efi' }, type, secureBootOff, ...boot);
}

function devices(machine: PlannedMachine, network: string, options: DomainOptions, seed: string | undefined): readonly XmlElement[] {
  return [
    ...Array.from({ length: machine.nics.length + 2 }, (_, index) => el('controller', { type: 'pci', index: index + 1, model: 'pcie-root-port' })),
    el('controller', { type: 'scsi', index: 0, model: 'virtio-scsi' }, pciSlot(3)),
    ...machine.disks.map((disk, index) => diskElement(disk, index, diskPath(options, machine, index))),
    // Empty, or with a seed of cloud-init; in a slot of its own: media then comes and goes without adding a device or moving a disk.
    el(
      'disk',
      { type: 'file', device: 'cdrom' },
      el('driver', { name: 'qemu', type: 'raw' }),
      ...(seed === undefined ? [] : [el('source', { file: seed })]),
      el('target', { dev: 'sdz', bus: 'scsi' }),
      el('readonly'),
      el('boot', { order: 2 }),
      driveUnit(CD_UNIT),
    ),
    ...machine.nics.map((nic, index) =>
      el(
        'interface',
        { type: 'network' },
        el('mac', { address: nic.mac }),
        el('source', { network: nic.network ?? network }),
        el('model', { type: 'virtio' }),
        ...(index === 0 ? [el('boot', { order: 3 })] : []),
        pciSlot(vmNicBus(index)),
      ),
    ),
    el(
      'serial',
      { type: 'unix' },
      el('source', { mode: 'bind', path: `${options.consolesDir}/${machine.name}` }),
      el('log', { file: `${options.logsDir}/${machine.name}.log`, append: 'on' }),
    ),
    el('rng', { model: 'virtio' }, el('backend', { model: 'random' }, '/dev/urandom'), pciSlot(2)),
  ];
}

/** No `<wwn>`: it would win over the serial as the name the installer's hint looks for. */
function diskElement(disk: PlannedDisk, index: number, file: string): XmlElement {
  return el(
    'disk',
    { type: 'file', device: 'disk' },
    el('driver', { name: 'qemu', type: 'qcow2', cache: 'none', io: 'native', discard: 'unmap' }),
    el('source', { file }),
    el('target', { dev: `sd${String.fromCodePoint(97 + index)}`, bus: 'scsi' }),
    ...(disk.serial === undefined ? [] : [el('serial', {}, disk.serial)]),
    ...(index === 0 ? [el('boot', { order: 1 })] : []),
    driveUnit(index < CD_UNIT ? index : index + 1),
  );
}

function driveUnit(unit: number): XmlElement {
  return el('address', { type: 'drive', controller: 0, bus: 0, target: 0, unit });
}

function pciSlot(bus: number): XmlElement {
  return el('address', { type: 'pci', domain: '0x0000', bus: `0x${bus.toString(16).padStart(2, '0')}`, slot: '0x00', function: '0x0' });
}
