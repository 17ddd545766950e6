import type { LabPlan } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Exec } from '../../util/exec.ts';
import { runScript } from '../doors/run-script.ts';
import { labPaths } from '../lab-paths.ts';

/** Keeps a cluster's kubeconfig on the jumphost, for its administrators only: 0600 in a folder of 0700, whole or not at all. */
export async function keepKubeconfig(exec: Exec, plan: LabPlan, cluster: string, text: string, signal: AbortSignal): Promise<void> {
  const script = `set -eu
umask 077
mkdir -p "$1"
chmod 700 "$1"
cat >"$1/.$2.new"
mv -f "$1/.$2.new" "$1/$2"`;
  const args = [labPaths(plan).kubeconfigsDir, cluster];
  await runScript(exec, { purpose: `keep the kubeconfig of ${cluster}`, text: script, args }, { signal, stdin: text });
}

/** @throws LabwrightError `not_found` when none is kept. */
export async function readKubeconfig(exec: Exec, plan: LabPlan, cluster: string, signal: AbortSignal): Promise<string> {
  const { kubeconfigsDir } = labPaths(plan);
  const script = { purpose: `read the kubeconfig of ${cluster}`, text: '[ -f "$1/$2" ] || exit 3; cat "$1/$2"', args: [kubeconfigsDir, cluster] };
  const { exitCode, stdout } = await runScript(exec, script, { signal, okExitCodes: [0, 3] });
  if (exitCode === 0) return stdout;
  throw new LabwrightError('not_found', `${plan.jumphost.name} keeps no kubeconfig of ${cluster}`, {
    hint: `its installation keeps it there; or: labwright lab kubeconfig ${cluster} --keep FILE`,
  });
}
