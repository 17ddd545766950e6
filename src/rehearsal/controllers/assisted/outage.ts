import type { AssistedDeps } from './assisted-deps.ts';

const OUTAGE_MS = 5 * 60_000;

/** The fault `assisted-service-away`: from the first deletion in its cluster on, the service does nothing for a while. */
export function createOutage({ clock, faults }: Pick<AssistedDeps, 'clock' | 'faults'>): { leftMs(cluster: string): number } {
  const untilMs = new Map<string, number>();
  return {
    leftMs(cluster) {
      const known = untilMs.get(cluster);
      if (known !== undefined) return Math.max(0, known - clock.now());
      if (!faults.hits('assisted-service-away', cluster)) return 0;
      untilMs.set(cluster, clock.now() + OUTAGE_MS);
      return OUTAGE_MS;
    },
  };
}
