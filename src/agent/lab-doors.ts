import type { Clock } from '../util/clock.ts';
import type { Dial, Endpoint } from '../util/dial.ts';
import type { Exec } from '../util/exec.ts';
import type { ClockGate } from './clock-gate.ts';

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
  /** `openshift-install`, or what stands in for it. */
  readonly installer: readonly string[];
  /** Where the jumphost's HTTP store listens. */
  readonly storeListens: Endpoint;
  /** Makes the listening store answer at its address in the lab, and says which that is. */
  readonly publishStore: (listener: Endpoint) => Promise<Endpoint>;
  /** The registry credentials that installations use; undefined when there are none. */
  readonly pullSecret: string | undefined;
  readonly sshPublicKey: string | undefined;
}
