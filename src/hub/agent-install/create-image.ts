import { mkdir, writeFile } from 'node:fs/promises';
import { renderAgentConfig } from '../../render/agent-config.ts';
import { mirrorInstallConfig } from '../../render/mirror/mirror-objects.ts';
import { renderInstallConfig } from '../../render/install-config.ts';
import { isLabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Memory, Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { foundMirror, mirrorCa } from '../mirror/mirror-inside.ts';
import { hubRedactor } from '../redact-hub.ts';
import { agentFiles, isImageMade, type AgentFiles } from './agent-files.ts';

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
      if (isImageMade(files)) return context.log(`${files.iso} is there already`);
      await deps.clock.during(writeConfigs(input, files, context.memory));
      const redact = hubRedactor(input.pullSecret);
      const onOutput = (chunk: string): void =>
        chunk
          .split('\n')
          .filter(Boolean)
          .forEach((line) => context.log(redact(line)));
      try {
        await deps.exec([...deps.installer, 'agent', 'create', 'image', '--dir', files.dir], {
          signal: context.signal,
          env: { OPENSHIFT_INSTALL_RELEASE_IMAGE_OVERRIDE: foundMirror(context.memory)?.release ?? input.release.image },
          onOutput,
        });
      } catch (error) {
        if (!isLabwrightError(error) || error.code !== 'exec_failed') throw error;
        throw imageFailed(input, redact(error.message), error);
      }
      if (!isImageMade(files)) throw imageFailed(input, `the installer ended well and wrote no ${missing(files)}`);
    },
  };
}

/** Both hold secrets or lead to them: for this user's eyes only. */
async function writeConfigs({ cluster, plan, pullSecret, sshPublicKey, mirror, release }: ActionInput, files: AgentFiles, memory: Memory): Promise<void> {
  const found = foundMirror(memory);
  const mirrors = found && mirror && mirrorInstallConfig({ version: release.version, sources: found.sources }, await mirrorCa(mirror));
  await mkdir(files.dir, { recursive: true, mode: 0o700 });
  await writeFile(files.installConfig, renderInstallConfig(plan, { cluster: cluster.name, pullSecret, sshKey: sshPublicKey, ...(mirrors && { mirrors }) }), {
    mode: 0o600,
  });
  await writeFile(files.agentConfig, renderAgentConfig(plan, { cluster: cluster.name, ntpSources: [plan.jumphost.address] }), { mode: 0o600 });
}

function missing(files: AgentFiles): string {
  return [files.iso, files.kubeconfig, files.password].join(', ');
}

function imageFailed({ cluster }: ActionInput, message: string, cause?: unknown): StepFailed {
  return new StepFailed(
    'refused',
    { object: cluster.name, condition: 'ImageCreated', reason: 'InstallerFailed', message },
    { hint: 'read the lines of the installer above', cause },
  );
}
