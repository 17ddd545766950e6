import type { Clock } from '../../util/clock.ts';

/** Now, in RFC 3339 with whole seconds, as Kubernetes writes times. */
export function seconds(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}
