import type { UpgradeDriver } from '../../contract/rollout.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KindRef, KubeObject } from '../../kube/objects.ts';
import type { InstallMethod } from '../../lab/plan.ts';
import type { HostScript } from '../controllers/assisted/guest/host-script.ts';

/** One thing that can go wrong in a rehearsal: what it is, how it is brought about, and what must become of it. */
export interface FaultRow {
  readonly meaning: string;
  /** What it hits: one machine, everything of one cluster, or the hub while it works for that cluster. */
  readonly target: 'host' | 'cluster' | 'hub';
  /** Hits also clusters that no hub installs. */
  readonly anyCluster?: true;
  /** It strikes only clusters that are installed from the jumphost by one of these methods. */
  readonly installedBy?: readonly InstallMethod[];
  /** It strikes only what is installed this way. */
  readonly implementation?: 'gitops';
  /** It strikes only jobs of this network. */
  readonly network?: 'disconnected';
  /** What is expected is what an upgrade by this driver says. */
  readonly driver?: UpgradeDriver;
  /** It takes a cluster of so many nodes at least. */
  readonly minNodes?: number;
  readonly expect: Expectation;
  /** Changes what the machine's discovery agent and installer do. */
  readonly host?: (script: HostScript) => HostScript;
  /** Changes an object of the hub as soon as it is seen, once. */
  readonly sabotage?: Sabotage;
  /** The new cluster's controller reports this stage of finalizing, and then nothing more. */
  readonly finalizingEndsIn?: FinalizingStage;
  /** Changes the files of the sites repository before they are committed. */
  readonly sites?: (files: Readonly<Record<string, string>>, cluster: string) => Readonly<Record<string, string>>;
  /** What requests of others than the world itself meet in the cluster's namespace, each the first time. */
  readonly api?: 'too-many-requests' | 'unavailable' | 'watch-dropped' | 'watch-expired' | 'slow';
}

export type FinalizingStage = 'Waiting for cluster operators' | 'Adding router ca';

export type Expectation =
  | {
      readonly outcome: 'fails';
      /** Fails a later job than the install. */
      readonly action?: 'redeploy' | 'upgrade' | 'policies';
      /** `<kind>/<namespace>/<name>` where CLUSTER and NODE stand for the place; an Agent's name is its machine's UUID. */
      readonly object: string;
      readonly condition: string;
      readonly reason: string;
      /** Words of the object's own message. */
      readonly message: RegExp;
      /** From the job's start to its failure, simulated. */
      readonly limitS: number;
    }
  | { readonly outcome: 'survives'; readonly limitS: number };

export interface Sabotage {
  readonly kind: KindRef;
  /** For objects outside of the cluster's namespace: which cluster one is for. */
  readonly clusterOf?: (object: KubeObject) => string;
  readonly hits: (object: KubeObject, cluster: string) => boolean;
  readonly change: (kube: KubeClient, object: KubeObject, signal: AbortSignal) => Promise<unknown>;
}

export const MINUTE_S = 60;
