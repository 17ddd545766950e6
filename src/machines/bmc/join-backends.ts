import { LabwrightError } from '../../util/errors.ts';
import type { BmcBackend, BmcSystem } from './bmc.ts';

/** Several backends as one: a machine's calls go to the backend that has it. */
export function joinBackends(backends: readonly BmcBackend[]): BmcBackend {
  const owners = new Map<string, BmcBackend>();

  async function systems(): Promise<readonly BmcSystem[]> {
    const all = await Promise.all(backends.map(async (backend) => (await backend.systems()).map((system) => ({ backend, system }))));
    for (const { backend, system } of all.flat()) owners.set(system.id, backend);
    return all.flat().map(({ system }) => system);
  }

  /** The service asks for the systems before it asks for one of them. */
  function of(id: string): BmcBackend {
    const owner = owners.get(id);
    if (!owner) throw new LabwrightError('not_found', `there is no machine ${id}`);
    return owner;
  }

  return {
    systems,
    power: async (id) => of(id).power(id),
    reset: async (id, type, cause) => of(id).reset(id, type, cause),
    insertMedia: async (id, imageUrl) => of(id).insertMedia(id, imageUrl),
    ejectMedia: async (id) => of(id).ejectMedia(id),
    media: async (id) => of(id).media(id),
    setBoot: async (id, target, enabled) => of(id).setBoot(id, target, enabled),
    boot: async (id) => of(id).boot(id),
    authenticate: (id, username, password) => of(id).authenticate(id, username, password),
  };
}
