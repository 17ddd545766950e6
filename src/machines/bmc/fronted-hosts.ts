import type { LabPlan } from '../../lab/plan.ts';
import type { BmcCredentials } from './credentials.ts';
import { fileCredentials } from './file-credentials.ts';
import type { FrontedMachine } from './pass-through-backend.ts';
import { createOpenBmc } from './redfish-client.ts';
import type { RedfishDeps } from './redfish-request.ts';

export interface FrontedHostsDeps extends Omit<RedfishDeps, 'tls'> {
  readonly plan: LabPlan;
  /** What callers of the lab's service must know, by machine name. */
  readonly credentials: ReadonlyMap<string, BmcCredentials>;
}

/** The bare-metal hosts of a lab whose BMCs speak Redfish, for its own service to stand before. Their passwords are read when they are used. */
export function frontedHosts({ plan, credentials, ...redfish }: FrontedHostsDeps): FrontedMachine[] {
  const open = createOpenBmc({ ...redfish, tls: { insecure: true } });
  const openVerified = createOpenBmc({ ...redfish, tls: {} });
  return plan.machines.flatMap((machine): FrontedMachine[] => {
    const { bmc } = machine;
    const own = credentials.get(machine.name);
    const { passwordFile } = bmc;
    if (machine.kind !== 'metal' || bmc.protocol === 'ipmi' || own === undefined || passwordFile === undefined) return [];
    return [
      {
        system: { ...machine, id: machine.uuid, physical: true },
        credentials: own,
        open: async (cause) => (bmc.verifyTls ? openVerified : open)({ url: bmc.url, ...fileCredentials(machine, passwordFile) }, cause),
      },
    ];
  });
}
