import type { KubeObject } from '../../../kube/objects.ts';
import { admitHost } from '../../controllers/metal3/admit-host.ts';
import { metal3Controllers } from '../../controllers/metal3/metal3-controllers.ts';
import type { SimulatedMachines } from '../../machines/machines.ts';
import { serveMachines } from '../served-machines.ts';
import { startHub, type HubHarness } from '../start-hub.ts';

/** How long, in simulated time, the world may take to get where the recording was when its next action came. */
const PATIENCE_MS = 30 * 60_000;

export interface HostsWorld {
  readonly hub: HubHarness;
  readonly machines: SimulatedMachines;
  /** Lets time pass until the condition holds, half an hour at most. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Two machines behind BMCs that take admin/password, as the recordings had, before the baremetal-operator's controllers. */
export async function startHostsWorld(definitions: readonly KubeObject[]): Promise<HostsWorld> {
  const hub = await startHub({ admit: admitHost, definitions });
  const specs = [1, 2].map((number) => ({
    name: `system-${number}`,
    uuid: `system-${number}`,
    mac: `52:54:00:11:00:0${number}`,
    address: `192.168.111.1${number}`,
  }));
  const served = await serveMachines(hub, specs, { fetchIso: () => Promise.resolve(Buffer.from('{}')) });
  await hub.run((deps, cache) =>
    metal3Controllers(
      {
        ...deps,
        machines: served.machines,
        bmc: served.openBmc(deps.clock, 'controllers-0'),
        publishIso: () => undefined,
        imageServiceHost: 'images',
        assistedServiceHost: 'assisted',
        spokeCredentials: () => Promise.reject(new Error('no spokes here')),
      },
      cache,
    ),
  );
  await hub.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'spoke-ns' } });
  let elapsedMs = 0;
  return {
    hub,
    machines: served.machines,
    async until(condition) {
      for (let waited = 0; waited < PATIENCE_MS; waited += 1000) {
        if (condition()) return;
        elapsedMs += 1000;
        await hub.at(elapsedMs, () => Promise.resolve());
      }
    },
    async close() {
      await hub.close();
      served.close();
    },
  };
}
