import { LabwrightError } from '../util/errors.ts';

/** What can be made to go wrong in a rehearsal. `--list-faults` prints these, one a line. */
export const FAULTS = {
  'bmc-password': 'the machine refuses the BMC password it is given',
  'host-never-boots': 'the machine takes power but never starts what was inserted',
  'install-fails': 'the installer reports Failed while it writes the image to disk',
  'stuck-finalizer': 'a finalizer nobody removes stays on the AgentClusterInstall when it is deleted',
} as const;

export type FaultName = keyof typeof FAULTS;

/** A fault and where: a cluster, and one of its nodes. Without a place: the first spoke's first node in its first install. */
export interface Fault {
  readonly name: FaultName;
  readonly cluster?: string | undefined;
  readonly node?: string | undefined;
}

/** Reads `NAME[@CLUSTER[/NODE]]`. @throws LabwrightError `bad_input` naming the faults there are. */
export function parseFault(text: string): Fault {
  const [name = '', place] = text.split('@');
  if (!Object.hasOwn(FAULTS, name)) throw new LabwrightError('bad_input', `there is no fault "${name}"`, { hint: `one of: ${Object.keys(FAULTS).join(', ')}` });
  const [cluster, node] = place?.split('/') ?? [];
  return { name: name as FaultName, cluster, node };
}
