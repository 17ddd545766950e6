import type { KubeObject } from '../../../kube/objects.ts';
import { rfc3339Seconds } from '../conditions.ts';
import type { Controller, ObjectKey } from '../controller.ts';
import type { HubDeps } from '../hub-deps.ts';
import type { ObjectCache } from '../object-cache.ts';
import { deleteHost } from './delete-host.ts';
import { BARE_METAL_HOST, DETACHED_ANNOTATION, HOST_FINALIZER, hostOf, PAUSED_ANNOTATION, type Host } from './host.ts';
import { writeStatus } from './write-status.ts';
import type { HostDeps, Turn } from './host-deps.ts';
import { availableHost, deprovisionHost, inspectHost, prepareHost, provisionedHost, provisionHost } from './provision-host.ts';
import { INITIAL_STATUS, registerHost } from './register-host.ts';
import { createStageTimers } from './stage-timers.ts';

/** The baremetal-operator: one state machine per BareMetalHost, acting through Redfish only (recorded/metal3). */
export function metal3Controllers(hub: HubDeps, cache: ObjectCache): readonly Controller[] {
  const deps: HostDeps = { hub, kube: hub.kube, cache, timers: createStageTimers(() => hub.clock.now()), attempts: new Map() };
  const secretUsers = (secret: KubeObject): readonly ObjectKey[] =>
    cache
      .list({ ...BARE_METAL_HOST, namespace: secret.metadata.namespace ?? '' })
      .map(hostOf)
      .filter((host) => host.spec.bmc?.credentialsName === secret.metadata.name)
      .map(({ namespace, name }) => ({ namespace, name }));
  return [
    {
      name: 'baremetalhost',
      watches: [{ kind: BARE_METAL_HOST }, { kind: { apiVersion: 'v1', kind: 'Secret' }, keysOf: secretUsers }],
      async reconcile({ namespace, name }) {
        const object = await hub.kube.get({ ...BARE_METAL_HOST, namespace: namespace!, name });
        return object && reconcileHost(deps, hostOf(object));
      },
    },
  ];
}

async function reconcileHost(deps: HostDeps, host: Host): Promise<Turn> {
  if (host.annotations[PAUSED_ANNOTATION] !== undefined) return;
  const finalizers = host.object.metadata.finalizers ?? [];
  if (!finalizers.includes(HOST_FINALIZER)) {
    if (host.deleting) return;
    const metadata = { ...host.object.metadata, finalizers: [...finalizers, HOST_FINALIZER] };
    host = hostOf(await deps.kube.update({ ...host.object, metadata }));
  }
  if (!host.status) {
    const nowMs = deps.hub.clock.now();
    host = await writeStatus(deps.kube, host, INITIAL_STATUS(host.spec.bootMode ?? 'UEFI', rfc3339Seconds(nowMs)), nowMs);
  }
  const detached = host.annotations[DETACHED_ANNOTATION] !== undefined;
  if (host.deleting) return deleteHost(deps, host, detached);
  switch (host.status!.provisioning.state) {
    case 'registering':
      return registerHost(deps, host);
    case 'inspecting':
      return inspectHost(deps, host);
    case 'preparing':
      return prepareHost(deps, host);
    case 'available':
      return availableHost(deps, host);
    case 'provisioning':
      return provisionHost(deps, host);
    case 'provisioned':
    case 'externally provisioned':
      return provisionedHost(deps, host, detached);
    case 'deprovisioning':
      return deprovisionHost(deps, host, 'available');
    case 'powering off before delete':
    case 'deleting':
      return;
  }
}
