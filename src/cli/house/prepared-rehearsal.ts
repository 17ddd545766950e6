import type { RunJob } from '../../contract/runs.ts';
import type { LabPlan } from '../../lab/plan.ts';
import type { Cell } from '../../pipeline/matrix/axes.ts';
import type { PlacedCell } from '../../pipeline/matrix/place-cells.ts';
import type { CatalogueComponent } from '../../pipeline/select-component.ts';
import type { Fault } from '../../rehearsal/faults.ts';

/** A rehearsal whose files hold no mistake. */
export interface PreparedRehearsal {
  /** The pipeline file's name without its ending. */
  readonly name: string;
  readonly plan: LabPlan;
  /** Each after all it needs, with the catalogue's stand-ins for component ids. */
  readonly jobs: readonly RunJob[];
  /** The components that jobs use. */
  readonly components: readonly CatalogueComponent[];
  readonly faults: readonly Fault[];
  /** Hubs that jobs work through and no job installs: the world has them from its start. */
  readonly hubs: readonly string[];
  /** Files of the sites repository, by path; none when no job needs Git. */
  readonly sites: Readonly<Record<string, string>>;
  /** The folder that they were read from. */
  readonly sitesFolder: string | undefined;
  /** The cells of a matrix, and which jobs decide each. */
  readonly matrix?: PreparedMatrix;
}

export interface PreparedMatrix {
  readonly cells: readonly PlacedCell[];
  /** Names of the jobs that decide a cell, in their order. */
  readonly jobsOf: ReadonlyMap<Cell, readonly string[]>;
}
