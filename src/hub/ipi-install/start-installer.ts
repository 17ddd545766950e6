import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runScript } from '../../machines/doors/run-script.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { installerFiles } from '../cluster-install/installer-files.ts';
import { MET, reach, waitingFor } from '../cluster-install/milestone.ts';
import { memberMachinesOf } from '../machine-power.ts';
import { noteInstallation } from '../note-installation.ts';
import { createFollower, following, launch } from './follow-installer.ts';
import { ipiPlace } from './ipi-files.ts';

const MINUTE = 60_000;

/** `create cluster`, as a process of its own on the provisionhost: one that runs, or has ended, is found again. */
export function startInstallation(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'start-installer',
    title: `Start the installer of ${input.cluster.name}`,
    limitMs: 10 * MINUTE,
    async run(deps, context) {
      await noteInstallation(deps, memberMachinesOf(input), context);
      await launch(input, deps, context, ['create', 'cluster'], context.signal);
    },
  };
}

const READ = String.raw`[ ! -s "$1" ] || cat "$1"`;

/** What opens the new cluster is made before its machines: from here on its API can be asked. */
export function fetchCredentials(input: ActionInput): Step<ActionDeps> {
  const step: Step<ActionDeps> = {
    id: 'fetch-credentials',
    title: `Wait until the installer has made the credentials of ${input.cluster.name}`,
    limitMs: 15 * MINUTE,
    async run(deps, context) {
      const { host, dir } = ipiPlace(deps, input);
      const { kubeconfig, password } = installerFiles(deps, input);
      const read = async (name: string): Promise<string> =>
        (await runScript(host.exec, { purpose: `read ${name}`, text: READ, args: [`${dir}/auth/${name}`] }, { signal: context.signal })).stdout;
      await reach(context, async () => {
        const [config, secret] = [await read('kubeconfig'), await read('kubeadmin-password')];
        if (config === '' || secret === '') return waitingFor('installer', 'CredentialsMade', 'NotYet', 'the installer has not written its kubeconfig');
        await deps.clock.during(
          mkdir(dirname(kubeconfig), { recursive: true, mode: 0o700 }).then(async () => {
            await writeFile(kubeconfig, config, { mode: 0o600 });
            await writeFile(password, secret, { mode: 0o600 });
          }),
        );
        return MET;
      });
    },
  };
  return following(input, step);
}

/** The installer itself says that it is at its end. */
export function awaitInstaller(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'await-installer',
    title: `Wait for the installer of ${input.cluster.name} to end`,
    limitMs: 60 * MINUTE,
    async run(deps, context) {
      const follower = createFollower(input, deps, context);
      await reach(context, async () => {
        const { status } = await follower.look(context.signal);
        return status === 'ended'
          ? { status: 'met', evidence: 'the installer ended well' }
          : waitingFor('installer', 'Ended', status, 'it waits for the rest of the cluster');
      });
    },
  };
}
