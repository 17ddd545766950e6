import { dropFinalizer } from '../drop-finalizer.ts';
import { BARE_METAL_HOST, HOST_FINALIZER, type Host } from './host.ts';
import { bmcOf, entering, save, stillRunning, type HostDeps, type Turn } from './host-deps.ts';
import { deprovisionHost, HARDWARE_DATA_FINALIZER, startDeprovisioning } from './provision-host.ts';
import { releaseSecret } from './register-host.ts';

/**
 * Lets a deleted host go (recorded/metal3 delete-*).
 *
 * A detached host keeps its power. Any other is deprovisioned when it had an image, then powered off, unless nobody ever
 * could log in to its BMC.
 */
export async function deleteHost(deps: HostDeps, host: Host, detached: boolean): Promise<Turn> {
  const { state } = host.status!.provisioning;
  if (state === 'deleting') return finish(deps, host);
  if (state === 'powering off before delete') return powerOff(deps, host);
  if (state === 'deprovisioning') return deprovisionHost(deps, host, 'powering off before delete');
  if (state === 'registering' || detached) return void (await save(deps, host, entering(deps, host, 'deleting')));
  if (state === 'provisioned' || state === 'provisioning') return startDeprovisioning(deps, host);
  await save(deps, host, entering(deps, host, 'powering off before delete'));
}

async function powerOff(deps: HostDeps, host: Host): Promise<Turn> {
  const running = stillRunning(deps, host, 'powering-off', 3_000, 10_000);
  if (running) return running;
  const bmc = bmcOf(deps, host);
  if (bmc && (await bmc.power()) === 'On') await bmc.reset('ForceOff');
  await save(deps, host, entering(deps, host, 'deleting', { poweredOn: false }));
}

async function finish(deps: HostDeps, host: Host): Promise<Turn> {
  const running = stillRunning(deps, host, 'deleting', 2_000, 10_000);
  if (running) return running;
  if (host.status!.operationalStatus === 'detached') host = await save(deps, host, { operationalStatus: 'OK' });
  await releaseHardwareData(deps, host);
  await releaseSecret(deps, host);
  if (!host.object.metadata.finalizers?.includes(HOST_FINALIZER)) return;
  await dropFinalizer(deps.kube, host.object, HOST_FINALIZER, undefined);
  deps.timers.forget(host.uid);
  deps.attempts.delete(host.uid);
}

async function releaseHardwareData(deps: HostDeps, host: Host): Promise<void> {
  const data = await deps.kube.get({ apiVersion: BARE_METAL_HOST.apiVersion, kind: 'HardwareData', namespace: host.namespace, name: host.name });
  if (data) await dropFinalizer(deps.kube, data, HARDWARE_DATA_FINALIZER, undefined);
}
