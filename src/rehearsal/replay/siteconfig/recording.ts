import type { KubeObject } from '../../../kube/objects.ts';

/** A file of `recorded/siteconfig`; its README there explains the members. */
export interface SiteconfigCase {
  readonly case: string;
  readonly description?: string;
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
