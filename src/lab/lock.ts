import * as z from 'zod';
import { checkShape } from '../util/check-shape.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { parseSource, type Parsed } from '../util/source-file.ts';
import type { LabFile } from './lab-file.ts';
import type { LabPlan } from './plan.ts';

const LOCK_VERSION = 1;

/** `lab.lock.json`: what was given out once and therefore never moves. */
export const LockFile = z.strictObject({
  version: z.literal(LOCK_VERSION),
  lab: z.string().optional(),
  /** Left out when it is 0. */
  lab_id: z.int().min(0).max(15).optional(),
  networks: z.record(z.string(), z.strictObject({ index: z.int().min(0).max(15), cidr: z.string(), slot_size: z.int() })).default({}),
  slots: z.record(
    z.string(),
    z.strictObject({
      network: z.string(),
      slot: z.int().min(1),
      /** How its MACs are counted; left out where they are those of its addresses. */
      macs: z.literal('seed2').optional(),
      /** Node → server. */
      machines: z.record(z.string(), z.string()).default({}),
      /** Node → addresses, of nodes for which some are written. */
      addresses: z.record(z.string(), z.array(z.string())).optional(),
      /** Further network → slot there. */
      networks: z.record(z.string(), z.int().min(1)).optional(),
    }),
  ),
});
export type LockFile = z.output<typeof LockFile>;

export const EMPTY_LOCK: LockFile = { version: LOCK_VERSION, networks: {}, slots: {} };

/** Reads a lock file. A broken one is an error: planning without it would move addresses that are in use. */
export function parseLock(path: string, text: string): Parsed<LockFile> {
  const failed = (id: string, message: string, hint: string, line = 1, column = 1): Parsed<LockFile> => ({
    value: undefined,
    diagnostics: [{ id, severity: 'error', message, hint, at: { path, line, column } } satisfies Diagnostic],
  });
  const restore = 'restore it from Git; without it clusters may get other addresses';
  const conflict = text.split('\n').findIndex((line) => line.startsWith('<<<<<<<'));
  if (conflict >= 0)
    return failed(
      'lock-conflict',
      'the lock file holds an unfinished merge',
      'take one of the two sides whole, then run lab plan again: it adds the rest',
      conflict + 1,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const [, line, column] = /line (\d+) column (\d+)/.exec(String(error)) ?? [];
    return failed('lock-broken', 'the lock file is not JSON', restore, Number(line ?? 1), Number(column ?? 1));
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version > LOCK_VERSION)
    return failed(
      'lock-newer',
      `the lock file has version ${version}, this labwright reads ${LOCK_VERSION}`,
      'use the labwright that wrote it, or a newer one',
    );
  const result = LockFile.safeParse(value);
  if (result.success) return { value: result.data, diagnostics: [] };
  const source = parseSource(path, text);
  const found = source.value ? checkShape(LockFile, source.value).diagnostics : source.diagnostics;
  if (found.length === 0) return failed('lock-broken', 'the lock file has other keys than a lock file', restore);
  return { value: undefined, diagnostics: found.map((one) => ({ ...one, id: 'lock-broken', hint: restore })) };
}

/** Sorted by name: the order of the lab file must not change the lock. */
export function lockOf(plan: LabPlan, file: LabFile, networkIndexes: ReadonlyMap<string, number>): LockFile {
  const labId = file.lab_id;
  const serverOf = new Map(plan.machines.map((one) => [one.name, one.server]));
  return {
    version: LOCK_VERSION,
    lab: plan.lab,
    ...(labId !== 0 && { lab_id: labId }),
    networks: sorted(plan.networks.map(({ name, cidr, slotSize }) => [name, { index: networkIndexes.get(name)!, cidr, slot_size: slotSize }])),
    slots: sorted(
      plan.clusters.flatMap(({ name, network, networks, slot, nodes, macs }) => {
        if (slot === null) return [];
        const machines = Object.fromEntries(nodes.map((node) => [node.name, serverOf.get(node.machine)!]));
        const written = file.clusters[name]!.machines ?? {};
        const pinned = nodes.filter(({ name: node }) => (written[node]?.address ?? written[node]?.address6) !== undefined);
        const addresses = Object.fromEntries(pinned.map((node) => [node.name, [...node.addresses]]));
        const more = sorted(networks.flatMap((one) => (one.slot === null ? [] : [[one.name, one.slot] as const])));
        return [
          [
            name,
            {
              network,
              slot,
              ...(macs === 'seed2' && { macs }),
              machines,
              ...(pinned.length > 0 && { addresses }),
              ...(networks.length > 0 && { networks: more }),
            },
          ] as const,
        ];
      }),
    ),
  };
}

export function formatLock(lock: LockFile): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
