import type { Clock } from '../util/clock.ts';
import type { Dial, Endpoint } from '../util/dial.ts';
import type { PowerEvent } from './machines/machines.ts';
import type { Mutation } from './world/world-deps.ts';

/** A running world, as the process that started or found it sees it. */
export interface WorldHandle {
  /** This process as a participant `agent` of the world's clock. */
  readonly clock: Clock;
  /** The world's table of addresses. */
  readonly dial: Dial;
  /** Makes a listener of ours answer at an address of the lab: the jumphost's HTTP store, for one. */
  publish(address: Endpoint, listener: Endpoint): Promise<void>;
  powerLog(): Promise<readonly PowerEvent[]>;
  /** Requests that changed something on a hub or a BMC, in order. */
  mutations(): Promise<readonly Mutation[]>;
  /** Headers that tell the world's servers who asks. */
  readonly headers: Readonly<Record<string, string>>;
  /** Kubeconfig of a hub that the world has had from its start, if it was given one. */
  hubKubeconfig(hub: string): Promise<string | undefined>;
  /** Where programs that stand in for others ask it. */
  readonly controlSocket: string;
  /** File with the CA of the world's Git host. */
  readonly sitesCaPath: string | undefined;
  /** The commit that branch main of the world's sites repository ends in; undefined when it has none. */
  sitesHead(): Promise<string | undefined>;
  /** File with the CA of the registry inside; undefined when it has none. */
  readonly registryCaPath: string | undefined;
  /** `host:port` of everything that anybody in the world has dialled or pulled from so far, each once. */
  destinations(): Promise<readonly string[]>;
  /** `host:port` of the registries outside that images were mirrored from: what only the jumphost reaches. */
  mirrorSources(): Promise<readonly string[]>;
  /** How a program that dials by itself gets to registries, outside of the lab too: file with their CA, and an HTTP proxy. Undefined for a lab that mirrors nothing. */
  readonly outside: { readonly caPath: string; readonly proxy: string } | undefined;
  /** Aborted with the reason when the world dies. */
  readonly died: AbortSignal;
  /** Ends the world and removes its state file. */
  stop(): Promise<void>;
  /** Leaves it running: the next process finds it by its state file. */
  leave(): Promise<void>;
}
