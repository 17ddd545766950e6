import type { LabPlan, PlannedServer } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Exec } from '../../util/exec.ts';
import type { BmcCredentials } from './credentials.ts';
import type { FrontedMachine } from './pass-through-backend.ts';
import { createOpenBmc } from './redfish-client.ts';
import type { RedfishDeps } from './redfish-request.ts';

/** The version that is installed: its routes are those of redfish-client.ts. */
export const SUSHY_TOOLS_VERSION = '2.2.0';
/** Account of the emulator on each server; its password is made there. */
export const SUSHY_TOOLS_USER = 'labwright';

/** Where sushy-tools of a lab lies on a server. */
export function sushyToolsPaths({ lab }: Pick<LabPlan, 'lab'>) {
  const confDir = `/etc/labwright/${lab}/sushy-tools`;
  return {
    venv: '/var/lib/labwright/sushy-tools',
    confDir,
    config: `${confDir}/emulator.conf`,
    password: `${confDir}/password`,
    htpasswd: `${confDir}/htpasswd`,
    key: `${confDir}/tls.key`,
    certificate: `${confDir}/tls.crt`,
    stateDir: `/var/lib/labwright/sushy-tools-${lab}`,
    unit: `labwright-${lab}-sushy-tools.service`,
  };
}

/**
 * The emulator's configuration on a server: the lab's VMs there and no others (reference/lab-and-libvirt.md §3.1). Boot order is
 * per device in our domains, so overrides are too.
 */
export function renderSushyToolsConfig(plan: LabPlan, server: PlannedServer, port: number): string {
  const at = sushyToolsPaths(plan);
  const uuids = plan.machines.filter((machine) => machine.kind === 'vm' && machine.server === server.name).map(({ uuid }) => uuid);
  const values: Readonly<Record<string, unknown>> = {
    LISTEN_IP: server.address,
    LISTEN_PORT: port,
    SSL_CERT: at.certificate,
    SSL_KEY: at.key,
    AUTH_FILE: at.htpasswd,
    LIBVIRT_URI: 'qemu:///system',
    STORAGE_POOL: 'default',
    STATE_DIR: at.stateDir,
    FEATURE_SET: 'full',
    ALLOWED_INSTANCES: uuids,
  };
  // JSON's strings, numbers and lists are Python's too.
  const lines = Object.entries(values).map(([name, value]) => `SUSHY_EMULATOR_${name} = ${JSON.stringify(value)}\n`);
  return `# Written by labwright for lab ${plan.lab}.\n${lines.join('')}SUSHY_EMULATOR_IGNORE_BOOT_DEVICE = False\n`;
}

export interface SushyToolsDeps extends Omit<RedfishDeps, 'tls'> {
  readonly plan: LabPlan;
  /** What callers of the lab's service must know, by machine name. */
  readonly credentials: ReadonlyMap<string, BmcCredentials>;
  readonly server: (name: string) => Exec;
  readonly port: number;
}

/**
 * The lab's VMs behind the sushy-tools of their servers, for the lab's service to stand before. What sushy-tools does otherwise
 * stays so: Once is Continuous, and every VM has a copy of its image.
 */
export function sushyToolsMachines({ plan, credentials, server, port, ...redfish }: SushyToolsDeps): FrontedMachine[] {
  const open = createOpenBmc({ ...redfish, tls: { insecure: true } });
  return plan.machines.flatMap((machine): FrontedMachine[] => {
    const own = credentials.get(machine.name);
    const address = plan.servers.find(({ name }) => name === machine.server)?.address;
    if (machine.kind !== 'vm' || own === undefined || address === undefined) return [];
    const host = address.includes(':') ? `[${address}]` : address;
    const url = `https://${host}:${port}/redfish/v1/Systems/${machine.uuid}`;
    const openIt: FrontedMachine['open'] = async (cause) => {
      const { exitCode, stdout } = await server(machine.server)(['cat', sushyToolsPaths(plan).password], { okExitCodes: [0, 1] });
      if (exitCode !== 0)
        throw new LabwrightError('refused', `${machine.server} has no sushy-tools of this lab`, { hint: `labwright lab prepare --sushy-tools ${port}` });
      return open({ url, username: SUSHY_TOOLS_USER, password: stdout.trim() }, cause);
    };
    return [{ system: { ...machine, id: machine.uuid }, credentials: own, open: openIt }];
  });
}
