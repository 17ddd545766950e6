import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { missingOf } from '../cluster-install/installer-files.ts';
import { installerFailed, runInstaller } from '../cluster-install/run-installer.ts';
import { writeInstallConfig } from '../cluster-install/write-install-config.ts';
import { nodesOf, upiFiles } from './upi-files.ts';

/**
 * install-config from the plan, and an ignition for the bootstrap and for each role. They hold the cluster's CA: once they are
 * there they are never made again.
 *
 * Workers of UPI are not counted in install-config, so the installer lets the control plane carry applications; a plan with
 * workers takes that back, or the load balancer would look for the ingress on the wrong machines.
 */
export function createIgnitions(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'create-ignition',
    title: `Make the ignition of ${input.cluster.name}`,
    limitMs: 15 * 60_000,
    async run(deps, context) {
      const files = upiFiles(deps, input);
      const made = [...Object.values(files.ignition), files.kubeconfig, files.password];
      if (missingOf(made).length === 0) return context.log(`${files.ignition.bootstrap} is there already`);
      await deps.clock.during(writeInstallConfig(input, files, context.memory));
      if (nodesOf(input, 'worker').length > 0) {
        await runInstaller(input, deps, context, ['create', 'manifests', '--dir', files.dir], 'ManifestsCreated');
        if (existsSync(files.scheduler)) await deps.clock.during(keepMastersFree(files.scheduler));
        context.log(`the control plane of ${input.cluster.name} carries no applications: it has workers`);
      }
      await runInstaller(input, deps, context, ['create', 'ignition-configs', '--dir', files.dir], 'IgnitionCreated');
      const missing = missingOf(made);
      if (missing.length > 0) throw installerFailed(input, 'IgnitionCreated', `the installer ended well and wrote no ${missing.join(', ')}`);
    },
  };
}

async function keepMastersFree(path: string): Promise<void> {
  const scheduler = parseDocument(await readFile(path, 'utf8'));
  scheduler.setIn(['spec', 'mastersSchedulable'], false);
  await writeFile(path, scheduler.toString());
}
