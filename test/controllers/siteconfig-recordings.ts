import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../src/kube/objects.ts';

/** A file of `recorded/siteconfig`; its README there explains the members. */
export interface RecordedCase {
  readonly case: string;
  readonly inputs: readonly KubeObject[];
  readonly rendered?: readonly KubeObject[];
  readonly storedDefaults?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly storedSpec?: unknown;
  readonly finalSpec?: unknown;
  readonly conditionTimeline: readonly RecordedCondition[];
  readonly metadataTimeline: readonly Readonly<Record<string, unknown>>[];
  readonly objectTimeline: readonly { readonly t_ms: number; readonly event: string; readonly kind: string; readonly name: string }[];
  readonly secondStatus?: unknown;
  readonly finalStatus: Readonly<Record<string, unknown>>;
  readonly actions?: readonly RecordedAction[];
  readonly laterSnapshots?: readonly {
    readonly t_ms: number;
    readonly after: string;
    readonly changedOrNew: readonly KubeObject[];
    readonly gone: readonly string[];
  }[];
  readonly refusals?: readonly RecordedRefusal[];
}

export interface RecordedCondition {
  readonly t_ms: number;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface RecordedAction {
  readonly t_ms: number;
  readonly method: string;
  readonly path: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly responseStatus: number;
  readonly response?: { readonly code: number; readonly reason?: string; readonly message: string };
  readonly note?: string;
}

export interface RecordedRefusal {
  readonly name: string;
  readonly spec?: unknown;
  readonly status: number;
  readonly reason?: string;
  readonly message?: string;
  readonly warning?: string;
}

/** Cases with Go templates of the user's own, or with the operator's image-based ones: our renderer knows the assisted ones only. */
export const CUSTOM_TEMPLATES: ReadonlySet<string> = new Set([
  'custom-templates',
  'image-based',
  'template-bad-yaml',
  'template-exec-error',
  'template-missing-namespace',
  'template-no-kind',
  'template-no-name',
  'template-number-name',
  'template-parse-error',
  'template-schema-error',
  'template-typed-string',
  'template-unknown-function',
  'template-unknown-kind',
]);

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const folder = join(recorded, 'siteconfig');

/** Every recorded case in order of name; none, and why, where the recordings are missing. */
export function recordedCases(): { readonly cases: readonly RecordedCase[]; readonly skip: string | false } {
  if (!existsSync(folder) && process.env['CI'] !== 'true') return { cases: [], skip: 'no recordings beside the repository' };
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return { cases: files.toSorted().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedCase), skip: false };
}
