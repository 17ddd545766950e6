import type { PolicyCase } from './policy-cases.ts';

/** A policy must hold for this long: it is looked at again and again, and what enforces it may be at work (reference/ztp.md §5.6). */
export const STEADY_MS = 60_000;
/** Nothing has changed for so long: nobody is at work any more. */
export const PATIENCE_MS = 30 * 60_000;
/** Policies come to the hub and are bound within minutes. */
export const NONE_MS = 5 * 60_000;

/** What is known of the policies at a time: judged, or when to look again. */
export type Judgement = { readonly status: 'judged' } | { readonly status: 'waiting'; readonly on: PolicyCase | undefined; readonly againMs: number };

export interface PolicyJudge {
  at(cases: readonly PolicyCase[], nowMs: number): Judgement;
  /** Since when a case has had its verdict. */
  sinceMs(one: PolicyCase): number;
}

/**
 * Remembers since when each policy has said what it says of each cluster.
 *
 * It is *judged* when every policy has been Compliant for a while, or when nothing has changed for long.
 */
export function createPolicyJudge(startMs: number): PolicyJudge {
  const since = new Map<string, { readonly verdict: string; readonly ms: number }>();
  let changedMs = startMs;
  const keyOf = ({ cluster, policy }: PolicyCase): string => `${cluster} ${policy}`;
  const sinceMs = (one: PolicyCase): number => since.get(keyOf(one))?.ms ?? startMs;
  return {
    sinceMs,
    at(cases, nowMs) {
      for (const one of cases) {
        if (since.get(keyOf(one))?.verdict === one.verdict) continue;
        since.set(keyOf(one), { verdict: one.verdict, ms: nowMs });
        changedMs = nowMs;
      }
      const open = cases.filter(({ verdict }) => verdict !== 'Compliant');
      const steadyInMs = Math.max(0, ...cases.map((one) => sinceMs(one) + STEADY_MS - nowMs));
      const on = open.find(({ verdict }) => verdict === 'NonCompliant') ?? open[0];
      const leftMs = changedMs + (cases.length === 0 ? NONE_MS : PATIENCE_MS) - nowMs;
      if (cases.length > 0 && open.length === 0) return steadyInMs <= 0 ? { status: 'judged' } : { status: 'waiting', on: undefined, againMs: steadyInMs };
      return leftMs <= 0 ? { status: 'judged' } : { status: 'waiting', on, againMs: leftMs };
    },
  };
}
