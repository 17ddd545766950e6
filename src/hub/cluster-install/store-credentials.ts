import { readFile } from 'node:fs/promises';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { memberMachinesOf } from '../machine-power.ts';
import { noteInstallation } from '../note-installation.ts';
import { installerFiles } from './installer-files.ts';

/** The cluster's kubeconfig and kubeadmin password become outputs of the job. */
export function storeCredentials(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'store-credentials',
    title: `Keep the credentials of ${input.cluster.name}`,
    limitMs: 5 * 60_000,
    async run(deps, context) {
      await noteInstallation(deps, memberMachinesOf(input), context);
      const { kubeconfig, password } = installerFiles(deps, input);
      await deps.output('kubeconfig', await deps.clock.during(readFile(kubeconfig, 'utf8')));
      await deps.output('kubeadmin-password', (await deps.clock.during(readFile(password, 'utf8'))).trim());
    },
  };
}
