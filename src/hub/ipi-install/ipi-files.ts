import { basename } from 'node:path';
import { LabwrightError } from '../../util/errors.ts';
import type { ActionDeps, ActionInput, ProvisionhostDoor } from '../action.ts';

/** Where an IPI installer works on its provisionhost: a folder per job, beside those of earlier jobs of the same cluster. */
export interface IpiPlace {
  readonly host: ProvisionhostDoor;
  /** Of all installations of this cluster. */
  readonly clusterDir: string;
  readonly dir: string;
  readonly installer: string;
}

/** @throws LabwrightError `bad_input` for a cluster that has no provisionhost. */
export function ipiPlace(deps: Pick<ActionDeps, 'workDir' | 'provisionhost'>, { cluster }: Pick<ActionInput, 'cluster'>): IpiPlace {
  if (!cluster.provisionhost)
    throw new LabwrightError('bad_input', `${cluster.name} has no provisionhost`, { hint: 'plan the lab again: install: ipi gives it one' });
  const host = deps.provisionhost(cluster.provisionhost);
  const clusterDir = `${host.dir}/${cluster.name}`;
  const dir = `${clusterDir}/${basename(deps.workDir)}`;
  return { host, clusterDir, dir, installer: `${dir}/bin/${INSTALLER}` };
}

/** The release's installer for bare metal: the other one knows no libvirt on older releases. */
export const INSTALLER = 'openshift-baremetal-install';
