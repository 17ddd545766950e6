import { runScript } from '../../machines/doors/run-script.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { ipiPlace } from './ipi-files.ts';

/** Only of this cluster: its installers by their folders, its bootstrap VMs by the installer's own naming (`<cluster>-<id>-bootstrap`). */
const CLEAR = String.raw`set -u
clusterDir=$1 own=$2 cluster=$3
[ ! -e "$own/pid" ] || exit 0
for d in "$clusterDir"/*/; do
  d=$(printf %s "$d" | sed 's:/$::')
  [ -d "$d" ] && [ "$d" != "$own" ] || continue
  pid=$(cat "$d/pid" 2>/dev/null || true)
  if [ -n "$pid" ] && tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$d"; then kill -s KILL -- "-$pid" 2>/dev/null && echo "ended the installer of $d"; fi
  rm -rf -- "$d"
done
v() { virsh --quiet --connect qemu:///system "$@"; }
for vm in $(v list --all --name | grep -E "^$cluster-[a-z0-9]{5}-bootstrap\$" || true); do
  v destroy "$vm" > /dev/null 2>&1 || true
  v undefine --nvram --remove-all-storage "$vm" > /dev/null 2>&1 || v undefine "$vm"
  echo "removed $vm"
done`;

/** What earlier jobs left on the provisionhost would answer to the names of the new cluster. Nothing happens once this job's own installer was started. */
export function clearProvisionhost(input: ActionInput): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'clear-provisionhost',
    title: `Clear the provisionhost of what earlier jobs left of ${cluster.name}`,
    limitMs: 10 * 60_000,
    async run(deps, { signal, log }) {
      const { host, clusterDir, dir } = ipiPlace(deps, input);
      const { stdout } = await runScript(
        host.exec,
        { purpose: 'clear away earlier installations', text: CLEAR, args: [clusterDir, dir, cluster.name] },
        { signal },
      );
      for (const line of stdout.split('\n').filter(Boolean)) log(line);
    },
  };
}
