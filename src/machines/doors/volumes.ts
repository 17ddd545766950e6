import type { LabPlan } from '../../lab/plan.ts';
import type { Exec } from '../../util/exec.ts';
import { imageFolders, labPaths } from '../lab-paths.ts';
import { virsh } from './virsh.ts';
import { runScript } from './run-script.ts';

/** The lab's folders on a server, with the owner and SELinux label of the libvirt folder each stands in. */
export async function makeFolders(exec: Exec, plan: LabPlan, server: string, signal: AbortSignal): Promise<void> {
  const { consolesDir, logsDir } = labPaths(plan);
  const script = `set -eu
for folder; do
  mkdir -p "$folder"
  chown --reference="$(dirname "$folder")" "$folder"
  ! command -v restorecon >/dev/null || restorecon "$folder"
done`;
  await runScript(
    exec,
    { purpose: 'make folders for disks and consoles', text: script, args: [consolesDir, logsDir, ...imageFolders(plan, server)] },
    { signal },
  );
}

/** An empty qcow2; it appears under its name only when it is whole. */
export async function createVolume(exec: Exec, path: string, sizeGiB: number, signal: AbortSignal): Promise<void> {
  const script = 'set -eu; qemu-img create -q -f qcow2 "$1.new" "$2"; mv "$1.new" "$1"';
  await runScript(exec, { purpose: `create the disk ${path}`, text: script, args: [path, `${sizeGiB}G`] }, { signal });
}

/** Grows a disk; under a running machine when `domain` names it. */
export async function growVolume(
  exec: Exec,
  volume: { readonly path: string; readonly domain: string | undefined; readonly sizeGiB: number },
  signal: AbortSignal,
): Promise<void> {
  const { path, domain, sizeGiB } = volume;
  if (domain === undefined) await exec(['qemu-img', 'resize', '-q', path, `${sizeGiB}G`], { signal });
  else await virsh(exec, ['blockresize', domain, path, `${sizeGiB}G`], { signal });
}
