import type { KubeClient } from '../../kube/kube-client.ts';
import type { OpenBmc } from '../../machines/bmc/bmc.ts';
import type { Clock } from '../../util/clock.ts';
import type { GitDeps } from '../../sites/git.ts';
import type { Fault } from '../faults.ts';
import type { SimulatedMachines } from '../machines/machines.ts';

/** What the world gives to the controllers of one hub. They reach everything else through the hub's API. */
export interface HubDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  /** The hub cluster's name. */
  readonly hub: string;
  /** Drawn once per (object, stage): see `jitterMs`. */
  readonly seed: number | string;
  readonly bmc: OpenBmc;
  readonly machines: SimulatedMachines;
  /**
   * Makes an ISO answer at a URL of the hub until it is published again or withdrawn (`undefined`).
   * The content is what a machine that boots it gets in `Boot.from.content`.
   */
  readonly publishIso: (url: string, content: Buffer | undefined) => void;
  /** `https://<this>/images/…`: host and port of the hub's image service. */
  readonly imageServiceHost: string;
  /** `https://<this>/api/assisted-install/v2/…`: the hub's installation service. */
  readonly assistedServiceHost: string;
  /** Makes the hub's installation service answer GETs. Absent: nobody can ask it. */
  readonly serveService?: (answer: (url: URL) => ServiceAnswer) => void;
  /** Credentials of a spoke; its API listens once they have been asked for. The same for every call of one cluster UID. */
  readonly spokeCredentials: (spoke: {
    readonly name: string;
    readonly baseDomain: string;
    readonly clusterId: string;
    readonly version: string;
  }) => Promise<{ readonly kubeconfig: string; readonly password: string }>;
  /** The clusters on the other side of an import. Absent: nothing is done there. */
  readonly spokes?: {
    /** A client of the cluster that a kubeconfig leads to; one that is away refuses the connection. */
    readonly open: (kubeconfig: string) => KubeClient;
    /** A client of the newest cluster of this name, as what runs on it has: no hub's credentials are needed. */
    readonly inside: (name: string) => Promise<KubeClient | undefined>;
    /** Where an agent finds this hub. */
    readonly hubUrl: string;
  };
  /** How Argo CD reaches Git. Absent: there is no Argo CD. */
  readonly git?: Omit<GitDeps, 'signal'> & {
    /** Where it keeps its clones. */
    readonly folder: () => Promise<string>;
  };
  /** The hub's router. Absent: it takes no Routes, and no Deployment runs. */
  readonly router?: {
    /** `apps.hub1.our.lab`. */
    readonly appsDomain: string;
    /** Gitea answers at this host of a Route from now on. */
    readonly playGitea: (gitea: { readonly host: string; readonly username: string; readonly password: string }) => Promise<void>;
  };
  /** Pulls an image as a pod of the hub would. @returns what the registry says when it cannot. */
  readonly pull?: (image: string) => string | undefined;
  /** Those that have a place in this world; read when they matter. */
  readonly faults: FaultBoard;
  readonly log: (line: string) => void;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The faults of a rehearsal that have not been spent yet. */
export interface FaultBoard {
  /**
   * Whether a fault hits this cluster (and node, for faults of machines) now. A fault without a place was given the first
   * spoke's first node when the world started; it is spent by `spend`, so that only the first install is hit.
   */
  hits(name: Fault['name'], cluster: string, node?: string): boolean;
  spend(name: Fault['name'], cluster: string): void;
}
