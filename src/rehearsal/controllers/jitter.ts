import { createHash } from 'node:crypto';

/** A duration between two bounds that depends on nothing but seed, object and stage: one seed gives one story. */
export function jitterMs(seed: number | string, object: string, stage: string, minMs: number, maxMs: number): number {
  const hash = createHash('sha256').update(`${seed}/${object}/${stage}`).digest();
  return minMs + Math.round((hash.readUInt32BE(0) / 0xff_ff_ff_ff) * (maxMs - minMs));
}
