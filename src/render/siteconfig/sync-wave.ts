import type { KubeObject } from '../../kube/objects.ts';

const SYNC_WAVE = 'siteconfig.open-cluster-management.io/sync-wave';

export function waveAnnotation(wave: number): Record<string, string> {
  return { [SYNC_WAVE]: String(wave) };
}

/** Objects are applied in rising waves and deleted in falling ones. */
export function waveOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.[SYNC_WAVE] ?? '0');
}

/** Whether its wave is a whole number, as the operator wants it. */
export function isWave(object: KubeObject): boolean {
  return /^[+-]?\d+$/.test(object.metadata.annotations?.[SYNC_WAVE] ?? '0');
}
