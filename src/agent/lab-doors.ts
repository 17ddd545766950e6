import type { Clock } from '../util/clock.ts';
import type { ActionDeps, ProvisionhostDoor } from '../hub/action.ts';
import type { PlannedProvisionhost } from '../lab/plan.ts';
import type { Dial, Endpoint } from '../util/dial.ts';
import type { Exec } from '../util/exec.ts';
import type { BmcEvent } from '../machines/bmc/bmc-event.ts';
import type { BmcCredentials } from '../machines/bmc/credentials.ts';
import type { ClockGate } from './clock-gate.ts';
import type { CheckLab } from './preflight-steps.ts';

export interface BmcServiceDeps {
  /** By machine name. */
  readonly credentials: ReadonlyMap<string, BmcCredentials>;
  /** Where the service keeps its certificate. */
  readonly folder: string;
  /** Told of every call. */
  readonly onCall: (event: BmcEvent) => void;
}

/** How an agent reaches a provisionhost. */
export interface ProvisionhostDoors extends Omit<ProvisionhostDoor, 'put'> {
  /** Fetches a file that the HTTP store serves. */
  readonly fetch: (file: { readonly path: string; readonly url: string }, to: string, signal: AbortSignal) => Promise<void>;
}

/** How an agent reaches its lab. A rehearsal hands in the same doors with a world behind them. */
export interface LabDoors {
  readonly clock: Clock;
  /** Closed when the agent gets it, and from the moment the clock was joined: not a simulated second passes before the first job. */
  readonly gate: ClockGate;
  readonly exec: Exec;
  readonly dial: Dial;
  /** Sent with every request to a server of the lab. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether `clock` is a rehearsal's. */
  readonly simulated: boolean;
  /** Aborted, with the reason, when a rehearsal's world has ended: nothing behind these doors will answer again. */
  readonly lost?: AbortSignal;
  readonly provisionhost: (provisionhost: PlannedProvisionhost) => ProvisionhostDoors;
  /** `openshift-install`, or what stands in for it. */
  readonly installer: readonly string[];
  /** `coreos-installer`, or what stands in for it. */
  readonly coreosInstaller: readonly string[];
  /** `oc`, or what stands in for it. */
  readonly oc: readonly string[];
  readonly skopeo: ActionDeps['skopeo'];
  /** File with the CA of the registry inside; undefined: one that this machine trusts. */
  readonly registryCaPath?: string | undefined;
  /** File with the CA of Git hosts that name none; only a rehearsal's has one. */
  readonly sitesCaPath?: string | undefined;
  /** Where the jumphost's HTTP store listens. */
  readonly storeListens: Endpoint;
  /** Makes the listening store answer at its address in the lab, and says which that is. */
  readonly publishStore: (listener: Endpoint) => Promise<Endpoint>;
  /** Serves the BMCs of the lab's VMs for as long as the agent works; a rehearsal's machines have BMCs of their own. */
  readonly serveBmcs: (deps: BmcServiceDeps) => Promise<AsyncDisposable | undefined>;
  /** Looks at the lab's hosts before a job, when it fails and after it; undefined in a rehearsal, which has none. */
  readonly checkLab?: CheckLab;
  /** Keeps the kubeconfig of a cluster on the jumphost, for its administrators; undefined in a rehearsal. */
  readonly keepKubeconfig?: (cluster: string, text: string) => Promise<void>;
  /** A rehearsal's machines cannot be reset, and have no host keys. */
  readonly resetMachines?: ActionDeps['resetMachines'];
  readonly noteInstallation?: ActionDeps['noteInstallation'];
  /** The registry credentials that installations use; undefined when there are none. */
  readonly pullSecret: string | undefined;
  readonly sshPublicKey: string | undefined;
}
