import type { LabPlan } from '../lab/plan.ts';
import { systemClock } from '../util/clock.ts';
import { directDial } from '../util/dial.ts';
import { localExec, type Exec } from '../util/exec.ts';
import { messageOf, LabwrightError } from '../util/errors.ts';
import { bmcCertificate } from '../machines/bmc/bmc-certificate.ts';
import { frontedHosts } from '../machines/bmc/fronted-hosts.ts';
import { joinBackends } from '../machines/bmc/join-backends.ts';
import { createPassThroughBackend } from '../machines/bmc/pass-through-backend.ts';
import { createLibvirtBackend } from '../machines/bmc/libvirt-backend.ts';
import { sushyToolsMachines } from '../machines/bmc/sushy-tools.ts';
import { serveBmc } from '../machines/bmc/serve-bmc.ts';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { checkLab } from '../machines/preflight/check-lab.ts';
import { noteInstallations } from '../machines/reach/installations.ts';
import { keepKubeconfig } from '../machines/reach/kubeconfigs.ts';
import { resetMachines } from '../machines/reset-machines.ts';
import { SILENT } from '../machines/work-off.ts';
import { createClockGate } from './clock-gate.ts';
import { provisionhostDoors } from './provisionhost-doors.ts';
import { registryCaPath, withRegistryLogin } from './registry-login.ts';
import type { BmcServiceDeps, LabDoors } from './lab-doors.ts';

/** Where the jumphost's HTTP store listens. */
export const STORE_PORT = 8008;

/** Where the plan's BMC addresses say that the BMCs of VMs are. */
const BMC_PORT = 8443;
const KEEP_MS = 30_000;

/** The doors of an agent that runs on a lab's jumphost. */
export function jumphostDoors(
  plan: LabPlan,
  {
    sushyToolsPort,
    ...secrets
  }: Pick<LabDoors, 'pullSecret' | 'sshPublicKey'> & {
    /** Where sushy-tools listens on each server; undefined for labwright's own BMCs of VMs. */
    readonly sushyToolsPort?: number | undefined;
  },
): LabDoors {
  const bmcHost = `bmc.${plan.domain}`;
  return {
    clock: systemClock,
    gate: createClockGate(systemClock),
    exec: localExec,
    dial: (address) => Promise.resolve(address.host === bmcHost ? { ...address, host: plan.jumphost.address } : address),
    headers: {},
    simulated: false,
    provisionhost: provisionhostDoors(plan),
    installer: ['openshift-install'],
    coreosInstaller: ['coreos-installer'],
    oc: ['oc'],
    skopeo: (args, options) => localExec(['skopeo', ...args], options),
    registryCaPath: registryCaPath(plan),
    storeListens: { host: plan.jumphost.address, port: STORE_PORT },
    publishStore: (listener) => Promise.resolve(listener),
    async checkLab(held, signal) {
      await using hosts = new LabHosts(held);
      return await checkLab(hosts, held, signal);
    },
    serveBmcs: (deps) => serveLabBmcs(plan, { host: plan.jumphost.address, name: bmcHost, sushyToolsPort }, deps),
    keepKubeconfig: (cluster, text) => keepKubeconfig(localExec, plan, cluster, text, AbortSignal.timeout(KEEP_MS)),
    noteInstallation: (machines, signal) => noteInstallations(localExec, plan, machines, signal),
    resetMachines: async (machines, cause, signal) => {
      await using hosts = new LabHosts(plan);
      const [failure] = (await resetMachines({ hosts, progress: SILENT }, plan, machines, { cause, start: false, dryRun: false, signal })).failures;
      if (failure) throw new LabwrightError('refused', failure.message, failure.hint === undefined ? {} : { hint: failure.hint });
    },
    ...secrets,
    pullSecret: withRegistryLogin(plan, secrets.pullSecret),
  };
}

/** Redfish on the jumphost in front of the lab's VMs, over ssh to their servers, and of its bare-metal hosts' own BMCs. @throws LabwrightError when it cannot listen. */
async function serveLabBmcs(
  plan: LabPlan,
  listens: { readonly host: string; readonly name: string; readonly sushyToolsPort: number | undefined },
  { credentials, folder, onCall }: BmcServiceDeps,
): Promise<AsyncDisposable | undefined> {
  if (plan.machines.length === 0) return undefined;
  await using stack = new AsyncDisposableStack();
  const hosts = stack.use(new LabHosts(plan));
  const tls = await bmcCertificate(folder, listens.name);
  const server = (name: string): Exec => hosts.server(name).exec;
  const redfish = { plan, credentials, clock: systemClock, dial: directDial };
  const { sushyToolsPort: port } = listens;
  // The jumphost's own store serves the images over HTTP; a hub's image service has a certificate of the hub's own CA.
  const own = { plan, server, credentials, verifyImageTls: false };
  const vms = port === undefined ? createLibvirtBackend(own) : createPassThroughBackend(sushyToolsMachines({ ...redfish, server, port }));
  const hostBmcs = createPassThroughBackend(frontedHosts(redfish));
  try {
    stack.use(await serveBmc(joinBackends([vms, hostBmcs]), { host: listens.host, port: BMC_PORT, tls }, { onCall }));
  } catch (cause) {
    throw new LabwrightError('refused', `the BMCs of ${plan.lab} cannot be served at ${listens.host}:${BMC_PORT}: ${messageOf(cause)}`, {
      cause,
      hint: `run the agent on the jumphost, where ${listens.host} is, and see what else listens on port ${BMC_PORT}`,
    });
  }
  return stack.move();
}
