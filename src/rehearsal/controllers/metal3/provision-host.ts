import type { KubeObject } from '../../../kube/objects.ts';
import type { SimulatedMachine } from '../../machines/machines.ts';
import { BARE_METAL_HOST, type Host } from './host.ts';
import { bmcOf, entering, save, stillRunning, type HostDeps, type Turn } from './host-deps.ts';

const MINUTE_MS = 60_000;
const HARDWARE_DETAILS = 'inspect.metal3.io/hardwaredetails';

/** Inspecting: the ramdisk looks at the machine; its findings become HardwareData and `status.hardware`. */
export async function inspectHost(deps: HostDeps, host: Host): Promise<Turn> {
  const running = stillRunning(deps, host, 'inspecting', 3 * MINUTE_MS, 10 * MINUTE_MS);
  if (running) return running;
  const machine = deps.hub.machines.byBmcUrl(host.spec.bmc?.address ?? '');
  const hardware = machine && hardwareOf(machine, host);
  await ensureHardwareData(deps, host, hardware);
  await save(deps, host, entering(deps, host, 'preparing', hardware ? { hardware } : {}));
}

export async function prepareHost(deps: HostDeps, host: Host): Promise<Turn> {
  const running = stillRunning(deps, host, 'preparing', 5_000, 10_000);
  if (running) return running;
  await save(deps, host, entering(deps, host, 'available'));
}

/** Available: starts to provision when there is an image, otherwise keeps the power as `spec.online` says. */
export async function availableHost(deps: HostDeps, host: Host): Promise<Turn> {
  if (host.spec.image?.url) {
    const running = stillRunning(deps, host, `start/${host.spec.image.url}`, 2_000, 5_000);
    if (running) return running;
    await save(deps, host, entering(deps, host, 'provisioning'));
    return;
  }
  return keepPower(deps, host);
}

/** Provisioning a live ISO: insert it, boot from it once; done when the operator has seen the machine run. */
export async function provisionHost(deps: HostDeps, host: Host): Promise<Turn> {
  const image = host.spec.image;
  if (!image?.url) return startDeprovisioning(deps, host);
  const inserting = stillRunning(deps, host, `insert/${image.url}`, 20_000, 40_000);
  if (inserting) return inserting;
  if (host.status!.lastAttemptedImage?.url !== image.url) {
    const bmc = bmcOf(deps, host);
    if (!bmc) return;
    await bmc.ejectMedia();
    await bmc.insertMedia(image.url);
    await bmc.bootOnce('Cd');
    // Ironic turns a running machine off and on again; it never resets it warm.
    if ((await bmc.power()) === 'On') await bmc.reset('ForceOff');
    await bmc.reset('On');
    deps.timers.forget(host.uid, 'booting');
    host = await save(deps, host, { lastAttemptedImage: image });
  }
  const booting = stillRunning(deps, host, 'booting', 40_000, 140_000);
  if (booting) return booting;
  const provisioning = { ...host.status!.provisioning, image };
  await save(deps, host, entering(deps, host, 'provisioned', { provisioning }));
}

/** Provisioned: deprovisions without its image, reports detachment, keeps the power, takes hardware details from an agent. */
export async function provisionedHost(deps: HostDeps, host: Host, detached: boolean): Promise<Turn> {
  if (detached) {
    if (host.status!.operationalStatus === 'detached') return;
    const running = stillRunning(deps, host, 'detaching', 2_000, 6_000);
    if (running) return running;
    await save(deps, host, { operationalStatus: 'detached' });
    return;
  }
  deps.timers.forget(host.uid, 'detaching');
  if (host.status!.operationalStatus === 'detached') host = await save(deps, host, { operationalStatus: 'OK' });
  if (host.status!.provisioning.state === 'provisioned' && host.spec.image?.url !== host.status!.provisioning.image.url) return startDeprovisioning(deps, host);
  host = await takeHardwareDetails(deps, host);
  return keepPower(deps, host);
}

export async function startDeprovisioning(deps: HostDeps, host: Host): Promise<void> {
  await save(deps, host, entering(deps, host, 'deprovisioning'));
}

/** @returns undefined once the machine is clean; then the state has changed to `next`. */
export async function deprovisionHost(deps: HostDeps, host: Host, next: 'available' | 'powering off before delete'): Promise<Turn> {
  const running = stillRunning(deps, host, 'deprovisioning', 10_000, 30_000);
  if (running) return running;
  const bmc = bmcOf(deps, host);
  if (bmc) {
    if ((await bmc.power()) === 'On') await bmc.reset('ForceOff');
    await bmc.ejectMedia();
  }
  const { rootDeviceHints: _hints, ...provisioning } = host.status!.provisioning;
  deps.timers.forget(host.uid, 'deprovisioning');
  for (const stage of ['booting', `insert/${host.status!.provisioning.image.url}`]) deps.timers.forget(host.uid, stage);
  const cleaned = entering(deps, host, next, {
    provisioning: { ...provisioning, image: { url: '' } },
  });
  await save(deps, host, { ...cleaned, lastAttemptedImage: undefined });
}

/** `spec.online` against the BMC's power; a `reboot.metal3.io` annotation holds the machine off (recorded/metal3 reboot-*). */
async function keepPower(deps: HostDeps, host: Host): Promise<Turn> {
  const bmc = bmcOf(deps, host);
  if (!bmc) return;
  const reboots = Object.keys(host.annotations).filter((key) => key === 'reboot.metal3.io' || key.startsWith('reboot.metal3.io/'));
  const wanted = host.spec.online === true && reboots.length === 0;
  const on = (await bmc.power()) === 'On';
  if (on !== wanted) {
    const acting = stillRunning(deps, host, `power-${wanted}`, 1_000, 5_000);
    if (acting) return acting;
    await bmc.reset(wanted ? 'On' : 'ForceOff');
  }
  deps.timers.forget(host.uid, `power-${wanted}`);
  if (host.status!.poweredOn !== wanted) host = await save(deps, host, { poweredOn: wanted });
  if (!reboots.includes('reboot.metal3.io')) return;
  await deps.kube.patch(refOf(host), { metadata: { annotations: { 'reboot.metal3.io': null } } }, { type: 'merge' });
}

async function takeHardwareDetails(deps: HostDeps, host: Host): Promise<Host> {
  const details = host.annotations[HARDWARE_DETAILS];
  if (details === undefined) return host;
  const hardware: unknown = JSON.parse(details);
  await ensureHardwareData(deps, host, hardware);
  host = await save(deps, host, { hardware });
  await deps.kube.patch(refOf(host), { metadata: { annotations: { [HARDWARE_DETAILS]: null } } }, { type: 'merge' });
  return host;
}

async function ensureHardwareData(deps: HostDeps, host: Host, hardware: unknown): Promise<void> {
  const ref = { ...refOf(host), kind: 'HardwareData' };
  if (hardware === undefined || (await deps.kube.get(ref))) return;
  const owner = { ...BARE_METAL_HOST, name: host.name, uid: host.uid, controller: true, blockOwnerDeletion: true };
  const data: KubeObject = {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: { name: host.name, namespace: host.namespace, ownerReferences: [owner], finalizers: [HARDWARE_DATA_FINALIZER] },
    spec: { hardware },
  };
  await deps.kube.create(data);
}

export const HARDWARE_DATA_FINALIZER = 'baremetalhost.metal3.io/hardwareData';

function refOf(host: Host): { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string } {
  return { ...BARE_METAL_HOST, namespace: host.namespace, name: host.name };
}

function hardwareOf(machine: SimulatedMachine, host: Host): unknown {
  return {
    hostname: host.name,
    cpu: { arch: 'x86_64', count: machine.vcpus, clockMegahertz: 2400, flags: ['vmx'], model: 'Simulated CPU' },
    ramMebibytes: machine.memoryMiB,
    firmware: { bios: { vendor: 'labwright', version: '1', date: '01/01/2026' } },
    nics: [{ name: 'enp1s0', mac: machine.mac, ip: machine.address, model: '0x1af4 0x0001', pxe: true, speedGbps: 25 }],
    storage: machine.disks.map(({ sizeGiB, serial, wwn }, index) => ({
      name: `/dev/sd${String.fromCharCode(97 + index)}`,
      model: 'Simulated disk',
      vendor: 'labwright',
      serialNumber: serial,
      ...(wwn !== undefined && { wwn }),
      sizeBytes: sizeGiB * 2 ** 30,
      type: 'SSD',
    })),
    systemVendor: { manufacturer: 'labwright', productName: 'Rehearsal', serialNumber: machine.uuid },
  };
}
