import type { OpenBmc } from '../../machines/bmc/bmc.ts';
import type { BmcCredentials } from '../../machines/bmc/credentials.ts';
import type { Clock } from '../../util/clock.ts';
import type { Traffic } from '../clock/traffic.ts';
import type { HubDeps } from '../controllers/hub-deps.ts';
import type { SimulatedMachines } from '../machines/machines.ts';
import type { Spokes } from './create-spokes.ts';
import type { DialTable } from './dial-table.ts';
import type { ServeHubApi } from './hub-api.ts';

/** What the parts of a world share. */
export interface WorldDeps extends Pick<HubDeps, 'publishIso' | 'spokeCredentials' | 'faults' | 'log' | 'git' | 'pull'> {
  /** The world's own participation in its clock. */
  readonly clock: Clock;
  readonly traffic: Traffic;
  readonly dial: DialTable;
  readonly seed: number | string;
  readonly machines: SimulatedMachines;
  readonly bmc: OpenBmc;
  /** Of the machines' BMCs, by machine name. */
  readonly credentials: ReadonlyMap<string, BmcCredentials>;
  /** Folder of real CustomResourceDefinitions; undefined: ours. */
  readonly crdsDir: string | undefined;
  /** Default: the simulated API server. */
  readonly serveHubApi: ServeHubApi | undefined;
  readonly openSpoke: Spokes['open'];
  readonly insideSpoke: Spokes['inside'];
  readonly mutated: (mutation: Mutation) => void;
  /** Something that cannot go on: the world ends. */
  readonly failed: (error: unknown) => void;
}

/** A request that changed something, as the world's log keeps it: the witness for "nothing twice". */
export interface Mutation {
  readonly atMs: number;
  /** `hub1`, `bmc`. */
  readonly server: string;
  readonly method: string;
  readonly path: string;
  readonly cause: string | null;
  readonly participant: string | null;
  readonly status: number;
  /** resourceVersion of the object in a Kubernetes API's answer: the same one twice, and the second request changed nothing. */
  readonly version: string | null;
}
