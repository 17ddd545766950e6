import type { Clock } from './clock.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What one job remembers from step to step: plain data, journaled when a step ends. UIDs and paths, never log bytes. */
export type Memory = Readonly<Record<string, Json>>;

/**
 * The resumable unit inside an action: observe, act if needed, verify.
 *
 * A step may be run again after a crash, from its beginning: it looks before it acts. What it returns is added to the
 * job's memory in the same journal entry that marks it ended, so an ended step is never run again (DESIGN §5).
 */
export interface Step<Deps> {
  /** Unique in its action, kebab-case: `release-cluster-instance`. */
  readonly id: string;
  /** For people: "Release sno1". */
  readonly title: string;
  /** Simulated time in a rehearsal. When it passes, the step's signal is aborted and the step is reported late with what it waited for. */
  readonly limitMs: number;
  readonly run: (deps: Deps, context: StepContext) => Promise<Memory | void>;
}

export interface StepContext {
  /** `<job name>/<step id>`: sent with every request that changes something, so that a log can name who asked. */
  readonly stepId: string;
  readonly clock: Clock;
  /** Aborted when the job is cancelled, its lease is lost, or the limit has passed. */
  readonly signal: AbortSignal;
  readonly memory: Memory;
  /** One line of the job's log; streamed as it is written, redacted on the way. */
  readonly log: (line: string) => void;
  /** What this step waits for now, in the object's own words; undefined when it works. */
  readonly waiting: (on: WaitingOn | undefined) => void;
  /** 0 to 100, when the thing waited for says so. */
  readonly progress: (percent: number) => void;
}

/** The thing a step waits for, or failed on. */
export interface WaitingOn {
  /** `Kind/namespace/name`, or a machine's or host's name. */
  readonly object: string;
  /** The condition's type, or the milestone's name. */
  readonly condition: string;
  readonly reason: string;
  readonly message: string;
}

/** Header that carries a step's id on every mutating request (Kubernetes, Redfish). */
export const CAUSE_HEADER = 'X-Labwright-Step';

/**
 * Annotation that carries a step's id on objects whose controllers act on machines: who creates, changes or deletes a
 * BareMetalHost writes it, and its controller sends the value with each Redfish request, so that every power event can
 * name the step that asked. A ClusterInstance passes it on by `spec.extraAnnotations.BareMetalHost`.
 */
export const STEP_ANNOTATION = 'labwright.dev/step';
