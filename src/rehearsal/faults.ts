import { closest } from '../util/closest.ts';
import { LabwrightError } from '../util/errors.ts';
import { API_FAULTS } from './faults/api-faults.ts';
import type { FaultRow } from './faults/fault-row.ts';
import { GITOPS_FAULTS } from './faults/gitops-faults.ts';
import { HUB_FAULTS } from './faults/hub-faults.ts';
import { INSTALLER_FAULTS } from './faults/installer-faults.ts';
import { MIRROR_FAULTS } from './faults/mirror-faults.ts';
import { MACHINE_FAULTS } from './faults/machine-faults.ts';
import { UPGRADE_FAULTS } from './faults/upgrade-faults.ts';

const ALL = { ...MACHINE_FAULTS, ...HUB_FAULTS, ...INSTALLER_FAULTS, ...API_FAULTS, ...GITOPS_FAULTS, ...MIRROR_FAULTS, ...UPGRADE_FAULTS } as const;

export type FaultName = keyof typeof ALL;

/** What can be made to go wrong in a rehearsal (reference/ztp.md §7.2): the single source of `--list-faults`, of the world's behaviour and of the tests. */
export const FAULTS: Readonly<Record<FaultName, FaultRow>> = ALL;

/** A fault and where: a cluster, and one of its nodes. Without a place: the first spoke's first node in its first install. */
export interface Fault {
  readonly name: FaultName;
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
}

/** Reads `NAME[@CLUSTER[/NODE]]`. @throws LabwrightError `bad_input` naming the faults there are. */
export function parseFault(text: string): Fault {
  const [name = '', place] = text.split('@');
  if (!isFaultName(name)) {
    const near = closest(name, Object.keys(FAULTS));
    const meant = near === undefined ? '' : `did you mean ${near}? `;
    throw new LabwrightError('bad_input', `there is no fault "${name}"`, { hint: `${meant}there are: ${Object.keys(FAULTS).join(', ')}` });
  }
  const [cluster, node] = place?.split('/') ?? [];
  return { name, cluster, node };
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

/** The rows in which something is brought about the same way, with their names. */
export function faultsWith<K extends 'host' | 'sabotage' | 'finalizingEndsIn' | 'api'>(
  key: K,
): readonly { readonly name: FaultName; readonly row: FaultRow & Required<Pick<FaultRow, K>> }[] {
  return (Object.keys(FAULTS) as FaultName[]).flatMap((name) => {
    const row = FAULTS[name];
    return row[key] === undefined ? [] : [{ name, row: row as FaultRow & Required<Pick<FaultRow, K>> }];
  });
}
