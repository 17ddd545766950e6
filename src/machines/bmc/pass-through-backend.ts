import type { Bmc, BmcBackend, BmcSystem } from './bmc.ts';
import { opensWith, type BmcCredentials } from './credentials.ts';
import { LabwrightError } from '../../util/errors.ts';

/** A machine whose BMC is another Redfish service: that of a physical server, or a sushy-tools beside libvirt. */
export interface FrontedMachine {
  readonly system: BmcSystem;
  /** What callers of this service must know. */
  readonly credentials: BmcCredentials;
  /** Opens the BMC behind, with the credentials of that one. */
  readonly open: (cause?: string) => Promise<Bmc>;
}

/**
 * Machines with BMCs of their own behind the lab's service, so that whoever installs a cluster has one address and one
 * manner of Redfish for all of them, and every call is told. What vendors do differently is the client's matter
 * (redfish-client.ts); their passwords stay here.
 */
export function createPassThroughBackend(machines: readonly FrontedMachine[]): BmcBackend {
  const byId = new Map(machines.map((machine) => [machine.system.id, machine]));
  const at = (id: string): FrontedMachine => {
    const machine = byId.get(id);
    if (!machine) throw new LabwrightError('not_found', `there is no machine ${id}`);
    return machine;
  };
  const systems = machines.map(({ system }) => system);
  return {
    systems: () => Promise.resolve(systems),
    power: async (id) => (await at(id).open()).power(),
    async reset(id, type, cause) {
      const bmc = await at(id).open(cause ?? undefined);
      // Vendors refuse a restart of a machine that is off, and power for one that is on; here both take effect.
      const on = (await bmc.power()) === 'On';
      if (!on && (type === 'ForceRestart' || type === 'GracefulRestart')) return bmc.reset('On');
      if (on ? type === 'On' || type === 'ForceOn' : type === 'ForceOff' || type === 'GracefulShutdown' || type === 'Nmi') return;
      await bmc.reset(type === 'ForceOn' ? 'On' : type);
    },
    async insertMedia(id, imageUrl) {
      const bmc = await at(id).open();
      // A drive that is not empty is refused by most.
      await bmc.ejectMedia();
      await bmc.insertMedia(imageUrl);
    },
    ejectMedia: async (id) => (await at(id).open()).ejectMedia(),
    async media(id) {
      const { inserted, image } = await (await at(id).open()).media();
      // Some keep the last image's URL, some say none for one that is in: whether it is in counts.
      return inserted ? (image ?? 'unknown') : undefined;
    },
    setBoot: async (id, target, enabled) => (await at(id).open()).setBoot(target, enabled),
    boot: async (id) => (await at(id).open()).boot(),
    authenticate: (id, username, password) => opensWith(byId.get(id)?.credentials, username, password),
  };
}
