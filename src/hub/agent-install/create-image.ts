import { writeFile } from 'node:fs/promises';
import { renderAgentConfig } from '../../render/agent-config.ts';
import type { Memory, Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { missingOf } from '../cluster-install/installer-files.ts';
import { installerFailed, runInstaller } from '../cluster-install/run-installer.ts';
import { writeInstallConfig } from '../cluster-install/write-install-config.ts';
import { agentFiles, type AgentFiles } from './agent-files.ts';

/**
 * install-config and agent-config from the plan, and the image that the installer makes of them.
 *
 * The image holds the cluster's CA: once it is there it is never made again, or the kubeconfig of this job would not fit
 * the machines that booted it. An installer that was interrupted goes on from its own state file.
 */
export function createImage(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'create-image',
    title: `Make the installation image of ${cluster.name}`,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      const files = agentFiles(deps, input);
      const made = [files.iso, files.kubeconfig, files.password];
      if (missingOf(made).length === 0) return context.log(`${files.iso} is there already`);
      await deps.clock.during(writeConfigs(input, files, context.memory));
      await runInstaller(input, deps, context, ['agent', 'create', 'image', '--dir', files.dir], 'ImageCreated');
      const missing = missingOf(made);
      if (missing.length > 0) throw installerFailed(input, 'ImageCreated', `the installer ended well and wrote no ${missing.join(', ')}`);
    },
  };
}

async function writeConfigs(input: ActionInput, files: AgentFiles, memory: Memory): Promise<void> {
  const { plan, cluster } = input;
  await writeInstallConfig(input, files, memory);
  await writeFile(files.agentConfig, renderAgentConfig(plan, { cluster: cluster.name, ntpSources: [plan.jumphost.address] }), { mode: 0o600 });
}
