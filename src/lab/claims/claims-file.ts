import * as z from 'zod';
import { checkShape } from '../../util/check-shape.ts';
import { parseSource, type Parsed } from '../../util/source-file.ts';
import type { LabFile } from '../lab-file.ts';

export const CLAIMS_VERSION = 1;

const Claim = z.strictObject({
  /** false: it was released. */
  claimed: z.boolean(),
  /** Number of the change that made it so; who acts under an older one is refused. */
  fence: z.int().min(1),
  at: z.iso.datetime(),
  /** Who asked: `root@jumphost`, `job sno1-install`. */
  by: z.string(),
});

/**
 * `lab.claims.json` beside the lock file: which clusters hold their machines now. State, not configuration: it is written
 * by claims and releases only, and not for Git. A cluster that is not in it is as `active` in the lab file says.
 */
export const ClaimsFile = z.strictObject({
  version: z.literal(CLAIMS_VERSION),
  lab: z.string(),
  /** Of the last change. */
  fence: z.int().min(0),
  clusters: z.record(z.string(), Claim),
});
export type ClaimsFile = z.output<typeof ClaimsFile>;

/** What a lab has before the first claim or release. */
export function noClaims(lab: string): ClaimsFile {
  return { version: CLAIMS_VERSION, lab, fence: 0, clusters: {} };
}

/** Reads a claims file. A broken one is an error: without it two clusters might take one machine. */
export function parseClaims(path: string, text: string): Parsed<ClaimsFile> {
  const source = parseSource(path, text);
  const shape = source.value ? checkShape(ClaimsFile, source.value) : undefined;
  if (shape?.value) return { value: shape.value, diagnostics: [] };
  const found = [...source.diagnostics, ...(shape?.diagnostics ?? [])];
  const hint = 'restore it, or remove it: then every cluster is as active: in the lab file says';
  return { value: undefined, diagnostics: found.map((one) => ({ ...one, id: 'claims-broken', hint })) };
}

export function formatClaims(claims: ClaimsFile): string {
  return `${JSON.stringify(claims, null, 2)}\n`;
}

/** The lab file as it stands after all claims and releases. */
export function withClaims(file: LabFile, claims: ClaimsFile | undefined): LabFile {
  if (claims === undefined) return file;
  const clusters = Object.entries(file.clusters).map(([name, entry]) => [name, { ...entry, active: claimOf(claims, name)?.claimed ?? entry.active }] as const);
  return { ...file, clusters: Object.fromEntries(clusters) };
}

/** What was last said about a cluster; undefined when nothing was. */
export function claimOf(claims: ClaimsFile, cluster: string): z.output<typeof Claim> | undefined {
  return Object.hasOwn(claims.clusters, cluster) ? claims.clusters[cluster] : undefined;
}
