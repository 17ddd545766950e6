import type { KubeClient } from '../../kube/kube-client.ts';
import type { OpenBmc } from '../../machines/bmc/bmc.ts';
import type { Clock } from '../../util/clock.ts';
import type { Endpoint } from '../../util/dial.ts';
import type { FaultBoard } from '../controllers/hub-deps.ts';
import type { SimulatedMachines } from '../machines/machines.ts';
import type { ClusterCertificates } from '../api/access/cluster-certificates.ts';

/** What the world gives to the guests of installations from the jumphost. */
export interface InstallerWorld {
  readonly clock: Clock;
  readonly seed: number | string;
  readonly machines: SimulatedMachines;
  readonly faults: Pick<FaultBoard, 'hits' | 'spend'>;
  /** Answers plain HTTP at an address of the lab. @returns how to stop. */
  readonly serveHttp: (endpoint: Endpoint, handler: HttpHandler) => Promise<() => Promise<void>>;
  /** Takes connections at an address of the lab, greets them if it has a greeting, and says nothing else. @returns how to stop. */
  readonly listen: (endpoint: Endpoint, greeting?: string) => () => void;
  /** Makes an image answer at a URL, until it is withdrawn (`undefined`). */
  readonly publishIso: (url: string, content: Buffer | undefined) => void;
  /** BMCs, as whoever installs reaches them. */
  readonly bmc: OpenBmc;
  /** Of the VM that an IPI installer makes. */
  readonly bootstrapAddress: (cluster: string) => string | undefined;
  /** The name that the lab's DHCP gives to a machine of a cluster. */
  readonly hostname: (cluster: string, machine: string) => string | undefined;
  /** The API of a new cluster listens from when this settles. @returns a client of it, for what its operators write. */
  readonly clusterFormed: (cluster: FormedCluster) => Promise<KubeClient>;
  /** Whether it listens: it does not while it changes hands. */
  readonly apiListens: (clusterId: string, listens: boolean) => void;
  /** Too few of its control plane are left: its API is gone. */
  readonly clusterLost: (cluster: { readonly name: string; readonly clusterId: string }) => Promise<void>;
  readonly log: (line: string) => void;
}

export interface FormedCluster {
  readonly name: string;
  readonly baseDomain: string;
  readonly version: string;
  /** Of this installation; also the ClusterVersion's. */
  readonly clusterId: string;
  readonly certificates: ClusterCertificates;
}

/** A GET; anything else is answered 405 by the server. */
export type HttpHandler = (path: string) => { readonly status: number; readonly body: unknown };
