const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000 } as const;

/** `90m`, `1h30m`, `45s` in milliseconds; undefined for anything else, and for nothing at all. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,5}h)?(\d{1,5}m)?(\d{1,6}s)?$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  const ms = parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS], 0);
  return ms > 0 ? ms : undefined;
}
