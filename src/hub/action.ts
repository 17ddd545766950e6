import type { LabPlan, PlannedCluster, PlannedMachine, PlannedProvisionhost } from '../lab/plan.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Bmc } from '../machines/bmc/bmc.ts';
import type { Clock } from '../util/clock.ts';
import type { Dial } from '../util/dial.ts';
import type { Exec } from '../util/exec.ts';
import type { Step } from '../util/step.ts';
import type { Rollout } from './upgrade/rollout.ts';
import type { MirrorInside } from './mirror/mirror-inside.ts';
import type { Skopeo } from './mirror/skopeo.ts';
import type { SitesDoor, SitesSource } from './gitops/sites-door.ts';

/** The doors an action may use. A rehearsal hands in the same ones with a world behind them. */
export interface ActionDeps {
  readonly clock: Clock;
  readonly exec: Exec;
  readonly dial: Dial;
  /** A client of the cluster this kubeconfig (its text) points to. `cause` is the step's id. */
  readonly kube: (kubeconfig: string, cause: string) => KubeClient;
  readonly bmc: (machine: PlannedMachine, cause: string) => Bmc;
  /** Makes VMs as new, on their servers; undefined in a rehearsal. `cause` is kept with each. */
  readonly resetMachines?: ((machines: readonly PlannedMachine[], cause: string, signal: AbortSignal) => Promise<void>) | undefined;
  /** Notes that machines get another system now, with other host keys; undefined in a rehearsal. */
  readonly noteInstallation?: ((machines: readonly string[], signal: AbortSignal) => Promise<void>) | undefined;
  /** Credentials of a machine's BMC, for the Secret a hub needs. */
  readonly bmcCredentials: (machine: PlannedMachine) => { readonly username: string; readonly password: string };
  /** Folder of this job, kept until the job's outputs are stored. */
  readonly workDir: string;
  /** Serves a file from the jumphost's HTTP store. @returns its URL as machines and hubs see it. */
  readonly serveFile: (path: string) => Promise<string>;
  /** Keeps a job's output (a kubeconfig) as a protected artefact; a later job gets it as an input. */
  readonly output: (name: string, content: string) => Promise<void>;
  /**
   * Keeps a file with the job for people who ask what happened. Secrets the agent knows are hidden in text on the way; bytes
   * are kept as they are. Default mime: text/plain.
   */
  readonly evidence: (name: string, content: string | Buffer, mime?: string) => Promise<void>;
  readonly provisionhost: (provisionhost: PlannedProvisionhost) => ProvisionhostDoor;
  /** `openshift-install`, or what stands in for it: argv before its own arguments. */
  readonly installer: readonly string[];
  /** `coreos-installer`, or what stands in for it: argv before its own arguments. */
  readonly coreosInstaller: readonly string[];
  /** Folder for images of RHCOS, kept between jobs. */
  readonly imagesDir: string;
  /** `oc`, or what stands in for it: argv before its own arguments. */
  readonly oc: readonly string[];
  readonly skopeo: Skopeo;
  /** Git repositories that declare spokes. */
  readonly sites: SitesDoor;
}

/** The host that an IPI installer runs on, as its steps see it. */
export interface ProvisionhostDoor {
  readonly name: string;
  readonly exec: Exec;
  /** Folder there for installations. */
  readonly dir: string;
  /** Copies a file of the job's folder to that path there, and makes it executable. Its folder is there already. */
  readonly put: (path: string, to: string, signal: AbortSignal) => Promise<void>;
}

/** What a job asks for, resolved before the first step. Plain data. */
export interface ActionInput {
  readonly job: string;
  readonly plan: LabPlan;
  readonly cluster: PlannedCluster;
  /** Outputs of earlier jobs, by the variable the job calls them (`hub_kubeconfig`). */
  readonly inputs: Readonly<Record<string, string>>;
  /** The job's `ocp` component. */
  readonly release: {
    readonly version: string;
    readonly image: string;
    /** `sha256:…`, when the component says it beside an image named by tag. */
    readonly digest?: string;
  };
  readonly pullSecret: string;
  readonly sshPublicKey: string | undefined;
  /** The spoke is made by Argo CD from this repository (`implementation: gitops`); absent: the job hands its ClusterInstance to the hub. */
  readonly sites?: SitesSource;
  /** Of a disconnected job: what is inside instead; `release.image` is then the mirrored one. */
  readonly mirror?: MirrorInside;
  /** Several clusters, or how one is upgraded. Absent: the cluster alone. */
  readonly rollout?: Rollout;
}

/** An action as steps. Pure: the same input gives the same steps, so that a restarted agent finds its place again. */
export type Action = (input: ActionInput) => readonly Step<ActionDeps>[];
