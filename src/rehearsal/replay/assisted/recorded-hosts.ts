import type { HostScript, InstallerStep } from '../../controllers/assisted/guest/host-script.ts';
import { inventoryOf } from '../../controllers/assisted/service/inventory.ts';
import type { Stage } from '../../controllers/assisted/service/stages.ts';
import { addressOf, SEQUENCES, type ScriptStep } from './recording.ts';

/** What of the played world is not as usual, as the script has said so far: by host name. */
export interface RecordedWorld {
  readonly missing: (readonly [string, string])[];
  readonly vips: Set<string>;
  readonly ntp: Set<string>;
  readonly disks: Map<string, number>;
  readonly images: Map<string, readonly string[]>;
}

export function createRecordedWorld(): RecordedWorld {
  return { missing: [], vips: new Set(), ntp: new Set(), disks: new Map(), images: new Map() };
}

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** The images that a release's installation pulls, as the recordings name them. */
export const RELEASE_IMAGES: readonly string[] = [
  `quay.example.com/ocp/release-machine-config-operator@${DIGEST}`,
  `quay.example.com/ocp/release-must-gather@${DIGEST}`,
  'quay.example.com/ocp/release:4.18.10-x86_64',
  'registry.example.com/assisted-installer:latest',
];

/** The default host of README-hub.md with a boot's differences. */
export function hostScript(world: RecordedWorld, { host, inventory = {} }: Extract<ScriptStep, { do: 'boot' }>, inventoryMs: number): HostScript {
  const { ip, mac } = addressOf(host);
  const { disks_gb: disks = [120, 120] } = inventory;
  return {
    inventory: inventoryOf({
      hostname: inventory.hostname ?? host,
      mac: inventory.mac ?? mac,
      addresses: [`${inventory.ip ?? ip}/24`],
      gateway: '192.168.111.1',
      cpus: inventory.cpus ?? 16,
      memoryBytes: (inventory.memory_gib ?? 32) * 2 ** 30,
      disks: disks.map((gb, index) => ({ bytes: gb * 1e9, type: index === 0 ? 'SSD' : 'HDD', serial: `S000${index + 1}` })),
      vendor: { manufacturer: 'Dell Inc.', product: 'PowerEdge', virtual: false },
    }),
    registerMs: 50,
    replyMs: (instruction) => (instruction === 'inventory' ? inventoryMs : 2500),
    ntpSynced: !world.ntp.has(host),
    clockOffsetMs: 0,
    diskSyncMs: world.disks.get(host) ?? 2,
    failedImages: world.images.get(host) ?? [],
    reaches: (other) => !world.missing.some((pair) => pair.includes(host) && pair.map((one) => `host-${one}`).includes(other.id)),
    vipsInUse: world.vips.has(host),
    install: () => [],
  };
}

/** What the installer of a `stages` step reports. */
export function installerSteps(script: readonly ScriptStep[], step: Extract<ScriptStep, { do: 'stages' }>): readonly InstallerStep[] {
  const all: readonly Stage[] = SEQUENCES[step.as];
  const end = script.find((one) => (one.do === 'fail' || one.do === 'hang') && one.host === step.host);
  const afterMs = (step.every_s ?? 1.5) * 1000;
  return all.slice(0, all.indexOf(step.through as Stage) + 1).flatMap((stage): readonly InstallerStep[] => {
    const report: InstallerStep = { do: 'report', stage, afterMs };
    if (stage === 'Writing image to disk' && !end)
      return [report, ...['20%', '65%', '100%'].map((info): InstallerStep => ({ do: 'report', stage, info, afterMs: 500 }))];
    if (stage === 'Waiting for control plane' && !(end && 'stage' in end && end.stage === stage)) return [report, { do: 'await-control-plane' }];
    return [report];
  });
}
