import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runScript } from '../../machines/doors/run-script.ts';
import type { PlannedMachine } from '../../lab/plan.ts';
import { mirrorObject } from '../../render/mirror/mirror-objects.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { installerFiles } from '../cluster-install/installer-files.ts';
import { installerFailed, releaseImage, runProgram } from '../cluster-install/run-installer.ts';
import { writeInstallConfig } from '../cluster-install/write-install-config.ts';
import { foundMirror } from '../mirror/mirror-inside.ts';
import { INSTALLER, ipiPlace } from './ipi-files.ts';

/** The config is consumed by the installer: once that was started there is no second one. */
const PUT_CONFIG = String.raw`set -eu
umask 077
mkdir -p "$1/bin"
[ -e "$1/pid" ] || { cat > "$1/install-config.yaml.new"; mv "$1/install-config.yaml.new" "$1/install-config.yaml"; }`;

/** The installer of the job's own release and its config, with the passwords of the BMCs that it drives, on the provisionhost. */
export function placeInstaller(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'place-installer',
    title: `Put the installer of ${input.release.version} and its config onto the provisionhost`,
    limitMs: 30 * 60_000,
    async run(deps, context) {
      const { host, dir, installer } = ipiPlace(deps, input);
      const { signal, memory } = context;
      const files = installerFiles(deps, input);
      const bmcPassword = (machine: PlannedMachine): string => deps.bmcCredentials(machine).password;
      await deps.clock.during(writeInstallConfig(input, files, memory, bmcPassword));
      try {
        const stdin = await deps.clock.during(readFile(files.installConfig));
        await runScript(host.exec, { purpose: 'keep an install-config', text: PUT_CONFIG, args: [dir] }, { signal, stdin });
      } finally {
        await deps.clock.during(rm(files.installConfig, { force: true }));
      }
      const binary = await extractInstaller(input, deps, context);
      await host.put(binary, installer, signal);
      context.log(`${host.name} has ${INSTALLER} of ${input.release.version} for ${cluster.name}`);
    },
  };
}

/** @returns the installer of the job's release, on the jumphost; extracted once. */
async function extractInstaller(input: ActionInput, deps: ActionDeps, context: StepContext): Promise<string> {
  const { mirror, release, pullSecret } = input;
  const to = join(deps.workDir, 'bin');
  const binary = join(to, INSTALLER);
  if (existsSync(binary)) return binary;
  const [auth, idms] = ['registry-auth.json', 'idms.yaml'].map((name) => join(deps.workDir, name)) as [string, string];
  const found = foundMirror(context.memory);
  await deps.clock.during(mkdir(to, { recursive: true }).then(() => writeFile(auth, pullSecret, { mode: 0o600 })));
  if (found) await deps.clock.during(writeFile(idms, stringify(mirrorObject({ version: release.version, sources: found.sources }))));
  const inside = [...(mirror?.caPath === undefined ? [] : ['--certificate-authority', mirror.caPath]), ...(found ? [`--idms-file=${idms}`] : [])];
  const args = ['adm', 'release', 'extract', '--registry-config', auth, ...inside, `--command=${INSTALLER}`, `--to=${to}`, releaseImage(input, context)];
  try {
    await runProgram(input, deps, context, { program: deps.oc, args, makes: 'InstallerExtracted' });
  } finally {
    await deps.clock.during(rm(auth, { force: true }));
  }
  if (!existsSync(binary)) throw installerFailed(input, 'InstallerExtracted', `oc ended well and left no ${INSTALLER}`);
  return binary;
}
