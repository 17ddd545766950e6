import type { BmcBackend, BmcSystem } from './bmc.ts';
import { messageOf } from '../../util/errors.ts';
import type { Task } from './redfish-tasks.ts';

/** The values of ResetType that a System announces and accepts. */
export const RESET_TYPES = ['On', 'ForceOff', 'GracefulShutdown', 'GracefulRestart', 'ForceRestart', 'Nmi', 'ForceOn'] as const;

export const BOOT_TARGETS = ['Cd', 'Hdd', 'Pxe'] as const;
export const BOOT_MODES = ['Once', 'Continuous', 'Disabled'] as const;

export function serviceRoot(): object {
  return {
    '@odata.id': '/redfish/v1/',
    '@odata.type': '#ServiceRoot.v1_5_0.ServiceRoot',
    Id: 'RootService',
    Name: 'labwright BMCs',
    RedfishVersion: '1.5.0',
    Systems: link('/redfish/v1/Systems'),
    Managers: link('/redfish/v1/Managers'),
    Tasks: link('/redfish/v1/TaskService'),
  };
}

export function collection(path: string, kind: string, members: readonly string[]): object {
  return {
    '@odata.id': path,
    '@odata.type': `#${kind}Collection.${kind}Collection`,
    Name: `${kind} collection`,
    'Members@odata.count': members.length,
    Members: members.map((name) => link(`${path}/${name}`)),
  };
}

/** Redfish's word for a machine's firmware. */
export function bootMode({ firmware }: BmcSystem): 'UEFI' | 'Legacy' {
  return firmware === 'bios' ? 'Legacy' : 'UEFI';
}

/** `path` is the one that was asked for: by name or by UUID, a client keeps seeing the one it used. */
export async function systemResource(backend: BmcBackend, system: BmcSystem, path: string): Promise<object> {
  const boot = await backend.boot(system.id);
  return {
    '@odata.id': path,
    '@odata.type': '#ComputerSystem.v1_10_0.ComputerSystem',
    Id: system.id,
    UUID: system.id,
    Name: system.name,
    SystemType: system.physical === true ? 'Physical' : 'Virtual',
    PowerState: await backend.power(system.id),
    Status: { State: 'Enabled', Health: 'OK' },
    Boot: {
      BootSourceOverrideEnabled: boot.enabled,
      BootSourceOverrideTarget: boot.target,
      'BootSourceOverrideTarget@Redfish.AllowableValues': BOOT_TARGETS,
      BootSourceOverrideMode: bootMode(system),
    },
    ProcessorSummary: { Count: 1, LogicalProcessorCount: system.vcpus },
    MemorySummary: { TotalSystemMemoryGiB: system.memoryMiB / 1024 },
    EthernetInterfaces: link(`${path}/EthernetInterfaces`),
    Processors: link(`${path}/Processors`),
    SimpleStorage: link(`${path}/SimpleStorage`),
    VirtualMedia: link(`${path}/VirtualMedia`),
    Links: { ManagedBy: [link(`/redfish/v1/Managers/${system.id}`)] },
    Actions: {
      '#ComputerSystem.Reset': {
        target: `${path}/Actions/ComputerSystem.Reset`,
        'ResetType@Redfish.AllowableValues': RESET_TYPES,
      },
    },
  };
}

export function managerResource(system: BmcSystem, path: string): object {
  return {
    '@odata.id': path,
    '@odata.type': '#Manager.v1_3_1.Manager',
    Id: system.id,
    UUID: system.id,
    Name: `${system.name} manager`,
    ManagerType: 'BMC',
    Status: { State: 'Enabled', Health: 'OK' },
    VirtualMedia: link(`${path}/VirtualMedia`),
    EthernetInterfaces: link(`${path}/EthernetInterfaces`),
    Links: { ManagerForServers: [link(`/redfish/v1/Systems/${system.id}`)] },
  };
}

export function mediaResource(path: string, image: string | undefined): object {
  return {
    '@odata.id': path,
    '@odata.type': '#VirtualMedia.v1_3_0.VirtualMedia',
    Id: 'Cd',
    Name: 'Virtual CD',
    MediaTypes: ['CD', 'DVD'],
    Image: image ?? null,
    ImageName: image === undefined ? null : (image.split(/[?#]/)[0]!.split('/').at(-1) ?? null),
    Inserted: image !== undefined,
    WriteProtected: true,
    ConnectedVia: image === undefined ? 'NotConnected' : 'URI',
    Actions: {
      '#VirtualMedia.InsertMedia': { target: `${path}/Actions/VirtualMedia.InsertMedia` },
      '#VirtualMedia.EjectMedia': { target: `${path}/Actions/VirtualMedia.EjectMedia` },
    },
  };
}

export function interfaceResource(path: string, mac: string): object {
  return {
    '@odata.id': path,
    '@odata.type': '#EthernetInterface.v1_4_0.EthernetInterface',
    Id: mac,
    Name: 'VNIC',
    MACAddress: mac,
    PermanentMACAddress: mac,
    Status: { State: 'Enabled', Health: 'OK' },
  };
}

export function processorResource(path: string, { vcpus }: BmcSystem): object {
  return {
    '@odata.id': path,
    '@odata.type': '#Processor.v1_3_0.Processor',
    Id: 'CPU',
    Name: 'CPU',
    ProcessorType: 'CPU',
    ProcessorArchitecture: 'x86',
    InstructionSet: 'x86-64',
    TotalCores: vcpus,
    TotalThreads: vcpus,
    Status: { State: 'Enabled', Health: 'OK' },
  };
}

export function simpleStorageResource(path: string, { disks = [] }: BmcSystem): object {
  return {
    '@odata.id': path,
    '@odata.type': '#SimpleStorage.v1_2_0.SimpleStorage',
    Id: 'Disks',
    Name: 'Disks',
    Devices: disks.map(({ sizeGiB, serial }, index) => ({
      Name: serial ?? `disk ${index}`,
      CapacityBytes: sizeGiB * 2 ** 30,
      Status: { State: 'Enabled', Health: 'OK' },
    })),
  };
}

export function taskServiceResource(): object {
  return {
    '@odata.id': '/redfish/v1/TaskService',
    '@odata.type': '#TaskService.v1_1_0.TaskService',
    Id: 'TaskService',
    Name: 'Tasks',
    ServiceEnabled: true,
    Tasks: link('/redfish/v1/TaskService/Tasks'),
  };
}

export function taskResource({ id, what, state, failure }: Task): object {
  const message = failure === undefined ? what : `${what}: ${messageOf(failure)}`;
  return {
    '@odata.id': `/redfish/v1/TaskService/Tasks/${id}`,
    '@odata.type': '#Task.v1_4_0.Task',
    Id: id,
    Name: what,
    TaskState: state,
    TaskStatus: state === 'Exception' ? 'Critical' : 'OK',
    TaskMonitor: `/redfish/v1/TaskService/TaskMonitors/${id}`,
    Messages: [{ MessageId: 'Base.1.0.GeneralError', Message: message }],
  };
}

function link(path: string): object {
  return { '@odata.id': path };
}
