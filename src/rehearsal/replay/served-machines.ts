import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BmcBackend, OpenBmc } from '../../machines/bmc/bmc.ts';
import { createOpenBmc } from '../../machines/bmc/redfish-client.ts';
import { createRedfishService } from '../../machines/bmc/redfish-service.ts';
import { PARTICIPANT_HEADER } from '../clock/traffic.ts';
import type { FaultName } from '../faults.ts';
import type { SimulatedMachines } from '../machines/machines.ts';
import type { MachineSpec } from '../machines/simulated-machine.ts';
import { createSimulatedMachines } from '../machines/simulated-machines.ts';
import type { Clock } from '../../util/clock.ts';
import type { HubHarness } from './start-hub.ts';

export interface ServedMachines {
  readonly machines: SimulatedMachines;
  /** Their BMCs, without a request in between. */
  readonly backend: BmcBackend;
  /** Their BMCs over Redfish at the host `bmc`, for controllers that run as this participant. */
  readonly openBmc: (clock: Clock, participant: string) => OpenBmc;
  readonly publishIso: (url: string, content: Buffer | undefined) => void;
  close(): void;
}

/** Simulated machines of 16 CPUs and 32 GiB with their Redfish service on a port of this process. */
export async function serveMachines(
  hub: HubHarness,
  which: readonly Pick<MachineSpec, 'name' | 'uuid' | 'mac' | 'address'>[],
  options: { readonly faults?: ReadonlyMap<string, FaultName>; readonly fetchIso?: (url: string) => Promise<Buffer> } = {},
): Promise<ServedMachines> {
  const isos = new Map<string, Buffer>();
  const published = (url: string): Promise<Buffer> => {
    const content = isos.get(url);
    return content ? Promise.resolve(content) : Promise.reject(new Error(`404 ${url}`));
  };
  const rest = { vcpus: 16, memoryMiB: 32_768, disks: [{ sizeGiB: 120, serial: 'S0001' }], username: 'admin', password: 'password' };
  const clock = hub.simulated.participant('machines');
  const { machines, backend } = createSimulatedMachines(
    { clock, seed: 1, fetchIso: options.fetchIso ?? published, faults: options.faults },
    which.map((one) => ({ ...one, ...rest })),
  );
  const service = createRedfishService(backend);
  const server = createServer((request, response) => {
    const answered = hub.simulated.traffic.request(String(request.headers[PARTICIPANT_HEADER.toLowerCase()]));
    response.on('close', answered);
    service(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dial = (endpoint: { readonly host: string }) => Promise.resolve(endpoint.host === 'bmc' ? { host: '127.0.0.1', port } : undefined);
  return {
    machines,
    backend,
    openBmc: (clock, participant) => createOpenBmc({ clock, dial, tls: {}, headers: { [PARTICIPANT_HEADER]: participant } }),
    publishIso: (url, content) => void (content ? isos.set(url, content) : isos.delete(url)),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
