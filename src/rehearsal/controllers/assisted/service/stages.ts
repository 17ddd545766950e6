export type HostRole = 'auto-assign' | 'master' | 'worker';

/** Stages that an installer reports, by their names in assisted-service's API. */
export type Stage =
  | 'Starting installation'
  | 'Installing'
  | 'Writing image to disk'
  | 'Copying registry data to disk'
  | 'Waiting for control plane'
  | 'Waiting for bootkube'
  | 'Waiting for controller'
  | 'Rebooting'
  | 'Waiting for ignition'
  | 'Configuring'
  | 'Joined'
  | 'Done'
  | 'Failed';

const BEGIN = ['Starting installation', 'Installing'] as const;
const WRITE = ['Writing image to disk', 'Copying registry data to disk'] as const;
const END = ['Joined', 'Done'] as const;

/** The stages of a host in order, as `status.progress.progressStages` lists them (recorded/assisted). */
export function stagesOf(host: { readonly role: HostRole; readonly bootstrap: boolean; readonly singleNode: boolean }): readonly Stage[] {
  if (host.singleNode) return [...BEGIN, 'Waiting for bootkube', ...WRITE, 'Rebooting', ...END];
  if (host.bootstrap)
    return [...BEGIN, ...WRITE, 'Waiting for control plane', 'Waiting for bootkube', 'Waiting for controller', 'Rebooting', 'Configuring', ...END];
  if (host.role === 'worker')
    return [...BEGIN, 'Writing image to disk', 'Waiting for control plane', 'Rebooting', 'Waiting for ignition', 'Configuring', ...END];
  return [...BEGIN, ...WRITE, 'Rebooting', 'Configuring', ...END];
}

/** Whole percents of the stages up to and with this one. */
export function stagePercentage(stages: readonly Stage[], stage: Stage | undefined): number {
  const at = stage === undefined ? -1 : stages.indexOf(stage);
  return at < 0 ? 0 : Math.floor((100 * (at + 1)) / stages.length);
}

const AFTER_REBOOT: readonly Stage[] = ['Rebooting', 'Waiting for ignition', 'Configuring', 'Joined', 'Done'];

/** From its reboot on, nothing of the discovery image is left on a host that could answer. */
export function hasRebooted(stage: Stage | undefined): boolean {
  return stage !== undefined && AFTER_REBOOT.includes(stage);
}

const MINUTE_MS = 60_000;

export interface StageLimits {
  /** From `installing` until the installer says something. */
  readonly untilFirstStageMs: number;
  /** By stage; undefined: the default of the others. */
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
  readonly otherStagesMs: number;
  readonly finalizing: Readonly<Record<string, number>>;
  readonly otherFinalizingMs: number;
}

/** assisted-service's defaults (recorded/README-hub.md, reference/ztp.md §2.7). */
export const DEFAULT_LIMITS: StageLimits = {
  untilFirstStageMs: 20 * MINUTE_MS,
  stages: {
    'Starting installation': 30 * MINUTE_MS,
    'Writing image to disk': 30 * MINUTE_MS,
    Rebooting: 40 * MINUTE_MS,
    'Waiting for ignition': 24 * 60 * MINUTE_MS,
    Configuring: 60 * MINUTE_MS,
    Joined: 60 * MINUTE_MS,
  },
  otherStagesMs: 60 * MINUTE_MS,
  finalizing: { 'Waiting for cluster operators': 600 * MINUTE_MS },
  otherFinalizingMs: 60 * MINUTE_MS,
};

/** How Go prints a duration of whole minutes and seconds: `1m0s`, `1h0m0s`. */
export function goDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds % 60}s`;
}
