import { jitterMs } from '../../jitter.ts';
import type { Instruction } from '../service/agent-api.ts';
import type { Inventory } from '../service/inventory.ts';
import { roleOf, type HostRecord } from '../service/records.ts';
import type { Stage } from '../service/stages.ts';
import type { HostScript, InstallerStep } from './host-script.ts';

type Span = readonly [minS: number, maxS: number];

/** Seconds before each stage on a real machine: a single node takes 40 to 60 min in all, several 60 to 90 (reference/ztp.md §7.2). */
const SINGLE_NODE: Readonly<Partial<Record<Stage, Span>>> = {
  'Starting installation': [5, 15],
  Installing: [5, 15],
  'Waiting for bootkube': [20, 40],
  'Writing image to disk': [480, 600],
  Rebooting: [5, 15],
  Joined: [480, 600],
  Done: [180, 240],
};
const CONTROL_PLANE: Readonly<Partial<Record<Stage, Span>>> = {
  'Starting installation': [5, 15],
  Installing: [5, 15],
  'Writing image to disk': [20, 60],
  'Waiting for control plane': [5, 15],
  'Waiting for bootkube': [120, 240],
  'Waiting for controller': [540, 720],
  Rebooting: [5, 15],
  Configuring: [240, 360],
  Joined: [360, 480],
  Done: [180, 300],
};
const WORKER: Readonly<Partial<Record<Stage, Span>>> = { ...CONTROL_PLANE, Rebooting: [60, 120], 'Waiting for ignition': [60, 120], Configuring: [300, 420] };
/** The image is written in three parts. */
const WRITING: readonly (readonly [info: string, Span])[] = [
  ['20%', [45, 65]],
  ['65%', [90, 120]],
  ['100%', [80, 110]],
];
const REPLIES: Readonly<Record<Instruction, Span>> = {
  inventory: [3, 10],
  'network-checks': [20, 50],
  prepare: [40, 80],
  install: [5, 15],
  ignition: [10, 30],
};

export interface HealthyOptions {
  readonly seed: number | string;
  readonly inventory: Inventory;
  /** Text with which its installer fails while it writes the image; undefined: it does not. Asked when it matters. */
  readonly writingFails: () => string | undefined;
}

/** What a machine with nothing wrong does. */
export function healthyHost(id: string, { seed, inventory, writingFails }: HealthyOptions): HostScript {
  const drawMs = (stage: string, [minS, maxS]: Span): number => jitterMs(seed, id, stage, minS * 1000, maxS * 1000);
  return {
    inventory,
    registerMs: drawMs('register', [120, 300]),
    replyMs: (instruction) => drawMs(`reply/${instruction}`, REPLIES[instruction]),
    ntpSynced: true,
    clockOffsetMs: 0,
    diskSyncMs: 2,
    failedImages: [],
    reaches: () => true,
    vipsInUse: false,
    install: (host, stages) =>
      stages.flatMap((stage) =>
        stepsOf(host, stage, drawMs, stages.includes('Configuring') ? (roleOf(host) === 'worker' ? WORKER : CONTROL_PLANE) : SINGLE_NODE, writingFails),
      ),
  };
}

function stepsOf(
  host: HostRecord,
  stage: Stage,
  drawMs: (stage: string, span: Span) => number,
  spans: Readonly<Partial<Record<Stage, Span>>>,
  writingFails: () => string | undefined,
): readonly InstallerStep[] {
  const span = spans[stage];
  // Listed, but nobody reports it: there is no registry on the image.
  if (span === undefined) return [];
  const report: InstallerStep = { do: 'report', stage, afterMs: drawMs(stage, span) };
  if (stage === 'Writing image to disk') {
    const message = writingFails();
    if (message !== undefined) return [report, { do: 'fail', message, afterMs: drawMs('fail', [60, 90]) }];
    return [report, ...WRITING.map(([info, part]): InstallerStep => ({ do: 'report', stage, info, afterMs: drawMs(`write/${info}`, part) }))];
  }
  if (stage === 'Waiting for control plane') return [report, { do: 'await-control-plane' }];
  if (stage === 'Rebooting') return [report, { do: 'reboot' }];
  return [report];
}
