import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { missingOf } from '../cluster-install/installer-files.ts';
import { installerFailed, runInstaller } from '../cluster-install/run-installer.ts';
import { writeInstallConfig } from '../cluster-install/write-install-config.ts';
import { inPlaceFiles } from './in-place-files.ts';

/** install-config from the plan, and the ignition that the installer makes of it. It holds the cluster's CA: once it is there it is never made again. */
export function createIgnition(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'create-ignition',
    title: `Make the ignition of ${input.cluster.name}`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      const files = inPlaceFiles(deps, input);
      const made = [files.ignition, files.kubeconfig, files.password];
      if (missingOf(made).length === 0) return context.log(`${files.ignition} is there already`);
      await deps.clock.during(writeInstallConfig(input, files, context.memory));
      await runInstaller(input, deps, context, ['create', 'single-node-ignition-config', '--dir', files.dir], 'IgnitionCreated');
      const missing = missingOf(made);
      if (missing.length > 0) throw installerFailed(input, 'IgnitionCreated', `the installer ended well and wrote no ${missing.join(', ')}`);
    },
  };
}
