import { Agent as HttpsAgent } from 'node:https';
import { kubeClients } from '../kube/create-kube-client.ts';
import { parseKubeconfig } from '../kube/parse-kubeconfig.ts';
import type { ActionDeps } from '../hub/action.ts';
import type { LabPlan, PlannedMachine } from '../lab/plan.ts';
import type { BmcCredentials } from '../machines/bmc/credentials.ts';
import { fileCredentials } from '../machines/bmc/file-credentials.ts';
import { createOpenBmc } from '../machines/bmc/redfish-client.ts';
import { createSitesDoor } from '../sites/create-sites-door.ts';
import { CAUSE_HEADER } from '../util/step.ts';
import type { FileStore } from './file-store.ts';
import { insideOnly } from './inside-only.ts';
import type { LabDoors } from './lab-doors.ts';

export interface JobDoors {
  /** That the job is about. */
  readonly cluster: string | null;
  readonly doors: LabDoors;
  readonly plan: LabPlan;
  /** Of a disconnected job: nothing outside of the lab is dialled. */
  readonly network: 'connected' | 'disconnected';
  readonly credentials: ReadonlyMap<string, BmcCredentials>;
  readonly fileStore: FileStore;
  readonly workDir: string;
  /** Where repositories are kept between jobs. */
  readonly sitesDir: string;
  /** Where images of RHCOS are kept between jobs. */
  readonly imagesDir: string;
  readonly output: (name: string, content: string) => void;
  readonly evidence: (name: string, content: string | Buffer, mime?: string) => void;
}

/** The doors of one job's steps: the lab's, with the step that asks in every request, and holding the clock while they are used. */
export function actionDeps({ cluster, doors, plan, network, credentials, fileStore, workDir, sitesDir, imagesDir, output, evidence }: JobDoors): ActionDeps {
  const { clock, headers } = doors;
  const dial = network === 'disconnected' ? insideOnly(doors.dial, plan) : doors.dial;
  const credentialsOf = (machine: PlannedMachine): BmcCredentials => {
    const { passwordFile } = machine.bmc;
    // A rehearsal's hosts have passwords of its own.
    if (passwordFile !== undefined && !doors.simulated) return fileCredentials(machine, passwordFile);
    const found = credentials.get(machine.name);
    if (!found) throw new Error(`${machine.name} is not in the lab's plan`);
    return found;
  };
  // BMCs of labs have certificates of their own making, unless the lab file says otherwise; what protects the credentials is the lab's management network.
  const openBmc = createOpenBmc({
    clock,
    dial,
    headers,
    tls: { insecure: true },
    ...(doors.simulated && { connections: new HttpsAgent({ keepAlive: true }) }),
  });
  const openVerified = createOpenBmc({ clock, dial, headers, tls: {} });
  // A handshake and a look at the kinds there are cost more than most steps ask for.
  const clusters = new Map<string, ReturnType<typeof kubeClients>>();
  const clientsOf = (kubeconfig: string): ReturnType<typeof kubeClients> => {
    const clients =
      clusters.get(kubeconfig) ?? kubeClients({ clock, dial, headers, ...(!doors.simulated && { exec: doors.exec }) }, parseKubeconfig(kubeconfig));
    clusters.set(kubeconfig, clients);
    return clients;
  };
  return {
    clock,
    dial,
    exec: (command, options) => clock.during(doors.exec(command, options)),
    kube: (kubeconfig, cause) => clientsOf(kubeconfig)({ [CAUSE_HEADER]: cause }),
    bmc: (machine, cause) => (machine.bmc.verifyTls && !doors.simulated ? openVerified : openBmc)({ url: machine.bmc.url, ...credentialsOf(machine) }, cause),
    resetMachines: doors.resetMachines,
    noteInstallation: doors.noteInstallation,
    bmcCredentials: credentialsOf,
    workDir,
    serveFile: (path) => Promise.resolve(fileStore.urlOf(path)),
    async output(name, content) {
      if (name === 'kubeconfig' && cluster !== null) await doors.keepKubeconfig?.(cluster, content);
      output(name, content);
    },
    evidence: (name, content, mime) => Promise.resolve(evidence(name, content, mime)),
    provisionhost(provisionhost) {
      const { fetch, exec, ...host } = doors.provisionhost(provisionhost);
      return {
        ...host,
        exec: (command, options) => clock.during(exec(command, options)),
        put: (path, to, signal) => clock.during(fetch({ path, url: fileStore.urlOf(path) }, to, signal)),
      };
    },
    installer: doors.installer,
    coreosInstaller: doors.coreosInstaller,
    imagesDir,
    oc: doors.oc,
    skopeo: (args, options) => clock.during(doors.skopeo(args, options)),
    sites: createSitesDoor({ ...doors, dial, dataDir: sitesDir, caPath: doors.sitesCaPath }),
  };
}
