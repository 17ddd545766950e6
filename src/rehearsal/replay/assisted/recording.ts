import type { KubeObject } from '../../../kube/objects.ts';
import type { TimelineEntry } from '../timeline.ts';

/** One case of `recorded/assisted` (README-hub.md). */
export interface Recording {
  readonly case: string;
  readonly inputs: readonly KubeObject[];
  readonly script?: readonly ScriptStep[];
  readonly timeline: readonly TimelineEntry[];
  /** Where it was made for the admission webhooks: instead of the timeline. */
  readonly requests?: readonly Attempt[];
  readonly final: { readonly objects: readonly KubeObject[] };
}

export type ScriptStep =
  | {
      readonly do: 'given';
      readonly object: string;
      readonly releaseImage?: string;
      readonly image?: string;
      readonly error?: string;
      readonly versions?: readonly string[];
      readonly seconds?: number;
    }
  | { readonly do: 'create'; readonly object: string; readonly releaseImage?: string }
  | { readonly do: 'patch'; readonly object: string; readonly body: unknown }
  | { readonly do: 'delete'; readonly object: string }
  | { readonly do: 'approve'; readonly host: string; readonly role?: string; readonly installation_disk_id?: string }
  | { readonly do: 'boot'; readonly host: string; readonly inventory?: HostDifference; readonly infraenv?: string; readonly again?: boolean }
  | { readonly do: 'silent' | 'talk' | 'off' | 'ntp-unreachable'; readonly host: string }
  | { readonly do: 'connectivity'; readonly missing: readonly (readonly [string, string])[] }
  | { readonly do: 'vips-in-use'; readonly hosts: readonly string[] }
  | { readonly do: 'disk-speed'; readonly host: string; readonly sync_ms: number }
  | { readonly do: 'image-pull-fails'; readonly host: string; readonly images: readonly string[] | 'all' }
  | {
      readonly do: 'stages';
      readonly host: string;
      readonly as: keyof typeof SEQUENCES;
      readonly through: string;
      readonly every_s?: number;
      readonly rest?: string;
    }
  | { readonly do: 'fail'; readonly host: string; readonly stage: string; readonly message: string }
  | { readonly do: 'hang'; readonly host?: string; readonly stage: string }
  | { readonly do: 'finalizing'; readonly stage: string }
  | { readonly do: 'operator'; readonly name: string; readonly status: string; readonly message: string }
  | { readonly do: 'cluster-operators-ready' | 'upload-ingress-ca' | 'complete' }
  | { readonly do: 'wait'; readonly until?: string; readonly at_most_s?: number; readonly seconds?: number }
  | { readonly do: 'requests'; readonly phase: string };

/** What of a host is not as in the default one. */
export interface HostDifference {
  readonly cpus?: number;
  readonly memory_gib?: number;
  readonly disks_gb?: readonly number[];
  readonly hostname?: string;
  readonly mac?: string;
  readonly ip?: string;
  readonly [other: string]: unknown;
}

/** Stages that installers of the played world report, by `as`. */
export const SEQUENCES = {
  sno: ['Starting installation', 'Installing', 'Waiting for bootkube', 'Writing image to disk', 'Rebooting', 'Joined', 'Done'],
  master: ['Starting installation', 'Installing', 'Writing image to disk', 'Rebooting', 'Configuring', 'Joined', 'Done'],
  bootstrap: [
    'Starting installation',
    'Installing',
    'Writing image to disk',
    'Waiting for control plane',
    'Waiting for bootkube',
    'Waiting for controller',
    'Rebooting',
    'Configuring',
    'Joined',
    'Done',
  ],
  worker: [
    'Starting installation',
    'Installing',
    'Writing image to disk',
    'Waiting for control plane',
    'Rebooting',
    'Waiting for ignition',
    'Configuring',
    'Joined',
    'Done',
  ],
} as const;

const FIRST_ADDRESS = { master: 10, worker: 20, extra: 30 } as const;

/** `master-1` has 192.168.111.11 and 52:54:00:11:00:0b. */
export function addressOf(host: string): { readonly ip: string; readonly mac: string } {
  const [kind = 'extra', index = '0'] = host.split('-');
  const octet = (FIRST_ADDRESS[kind as keyof typeof FIRST_ADDRESS] ?? 30) + Number(index);
  return { ip: `192.168.111.${octet}`, mac: `52:54:00:11:00:${octet.toString(16).padStart(2, '0')}` };
}

/** What stands for `<uuid-1>` and so on. */
export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-00000000000${number}`;
}

/** Placeholders of a recording as what stands for them here: `<host-master-0>` is `host-master-0`. */
export function concrete<T>(value: T): T {
  const text = JSON.stringify(value ?? null)
    .replaceAll(/<(host-[a-z0-9-]+)>/g, '$1')
    .replaceAll(/<uuid-(\d)>/g, (_all, number: string) => uuidOf(Number(number)))
    .replaceAll('<bmc>', 'bmc');
  return JSON.parse(text) as T;
}

/** One attempt at a webhook (`requests` of the admission cases). */
export interface Attempt {
  readonly phase: string;
  readonly what: string;
  readonly request: 'create' | 'patch';
  readonly kind: string;
  readonly object: string;
  readonly body: unknown;
  readonly result: 'accepted' | 'refused';
  readonly code?: number;
  readonly message?: string;
}

/** Every step that a script may have. */
export const STEPS: ReadonlySet<string> = new Set<ScriptStep['do']>([
  'given',
  'create',
  'patch',
  'delete',
  'approve',
  'boot',
  'silent',
  'talk',
  'off',
  'ntp-unreachable',
  'connectivity',
  'vips-in-use',
  'disk-speed',
  'image-pull-fails',
  'stages',
  'fail',
  'hang',
  'finalizing',
  'operator',
  'cluster-operators-ready',
  'upload-ingress-ca',
  'complete',
  'wait',
  'requests',
]);
