import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { rfc3339Seconds, withConditions } from '../conditions.ts';
import type { SpecError } from './aci-conditions.ts';
import { validationsInfo } from './aci-status.ts';
import { agentConditions } from './agent-conditions.ts';
import type { AssistedDeps } from './assisted-deps.ts';
import { installationDisk } from './service/host-states.ts';
import type { Inventory } from './service/inventory.ts';
import { hostPercentage, stagesOfHost } from './service/progress.ts';
import { hostnameOf, roleOf, type ClusterRecord, type HostRecord } from './service/records.ts';

/** The whole status of an Agent, from the service's record of its host. */
export function agentStatus(
  deps: Pick<AssistedDeps, 'clock' | 'assistedServiceHost'>,
  agent: KubeObject,
  host: HostRecord,
  cluster: ClusterRecord | undefined,
  error: SpecError | undefined,
): Readonly<Record<string, unknown>> {
  const before = (agent['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  const disk = installationDisk(host);
  return {
    conditions: withConditions(before.conditions, agentConditions(host, error), deps.clock.now()),
    debugInfo: {
      eventsURL: `https://${deps.assistedServiceHost}/api/assisted-install/v2/events?host_id=${host.id}`,
      state: host.state,
      stateInfo: host.stateInfo,
    },
    kind: host.day2 ? 'AddToExistingClusterHost' : 'Host',
    role: roleOf(host),
    ...(host.bootstrap ? { bootstrap: true } : {}),
    ...(disk === undefined ? {} : { installation_disk_id: disk.id }),
    ...(host.inventory === undefined ? {} : { inventory: agentInventory(host.inventory, hostnameOf(host)) }),
    ...(host.facts.ntpSources === undefined
      ? {}
      : { ntpSources: host.facts.ntpSources.map(({ name, synced }) => ({ sourceName: name, sourceState: synced ? 'synced' : 'unreachable' })) }),
    ...(cluster && host.progress ? { progress: progressOf(host, cluster) } : {}),
    ...(host.validations === undefined ? {} : { validationsInfo: validationsInfo(host.validations) }),
  };
}

function progressOf(host: HostRecord, cluster: ClusterRecord): Readonly<Record<string, unknown>> {
  const { stage, info, startedMs, updatedMs } = host.progress!;
  return {
    currentStage: stage,
    installationPercentage: hostPercentage(host, cluster),
    ...(info === undefined ? {} : { progressInfo: info }),
    progressStages: stagesOfHost(host, cluster),
    stageStartTime: rfc3339Seconds(startedMs),
    stageUpdateTime: rfc3339Seconds(updatedMs),
  };
}

/** The inventory in the Agent's own shape. */
function agentInventory(inventory: Inventory, hostname: string): Readonly<Record<string, unknown>> {
  return {
    bmcAddress: inventory.bmc_address,
    bmcV6Address: inventory.bmc_v6address,
    boot: { currentBootMode: inventory.boot.current_boot_mode, deviceType: inventory.boot.device_type },
    cpu: {
      architecture: inventory.cpu.architecture,
      clockMegahertz: inventory.cpu.frequency,
      count: inventory.cpu.count,
      flags: inventory.cpu.flags,
      modelName: inventory.cpu.model_name,
    },
    disks: inventory.disks.map((disk) => ({
      byID: disk.by_id,
      byPath: disk.by_path,
      driveType: disk.drive_type,
      hctl: disk.hctl,
      id: disk.id,
      installationEligibility: {
        eligible: disk.installation_eligibility.eligible,
        notEligibleReasons: disk.installation_eligibility.not_eligible_reasons ?? [],
      },
      model: disk.model,
      name: disk.name,
      path: disk.path,
      serial: disk.serial,
      sizeBytes: disk.size_bytes,
      vendor: disk.vendor,
      wwn: disk.wwn,
    })),
    hostname,
    interfaces: inventory.interfaces.map((one) => ({
      biosDevName: one.biosdevname,
      flags: one.flags,
      hasCarrier: one.has_carrier,
      ipV4Addresses: one.ipv4_addresses,
      ipV6Addresses: one.ipv6_addresses,
      macAddress: one.mac_address,
      mtu: one.mtu,
      name: one.name,
      product: one.product,
      speedMbps: one.speed_mbps,
      vendor: one.vendor,
    })),
    memory: { physicalBytes: inventory.memory.physical_bytes, usableBytes: inventory.memory.usable_bytes },
    systemVendor: {
      manufacturer: inventory.system_vendor.manufacturer,
      productName: inventory.system_vendor.product_name,
      serialNumber: inventory.system_vendor.serial_number,
      ...(inventory.system_vendor.virtual ? { virtual: true } : {}),
    },
  };
}
