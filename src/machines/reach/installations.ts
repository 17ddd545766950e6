import type { LabPlan } from '../../lab/plan.ts';
import type { Exec } from '../../util/exec.ts';
import { runScript } from '../doors/run-script.ts';
import { labPaths } from '../lab-paths.ts';

/**
 * Notes on the jumphost that these machines get another system now: whoever pins host keys, there or elsewhere, then knows
 * that they are others. Seconds since 1970 are the mark, so that no two installations ever have the same.
 */
export async function noteInstallations(exec: Exec, plan: Pick<LabPlan, 'lab'>, machines: readonly string[], signal: AbortSignal): Promise<void> {
  const script = `set -eu
umask 077
folder=$1; shift
mkdir -p "$folder"
now=$(date +%s)
for machine do echo "$now" >"$folder/.$machine.new"; mv -f "$folder/.$machine.new" "$folder/$machine"; done`;
  const args = [labPaths(plan).installationsDir, ...machines];
  await runScript(exec, { purpose: `note that ${machines.join(', ')} are installed anew`, text: script, args }, { signal });
}

/** The mark of each machine's last installation by a job; a machine that none has installed has none. */
export async function readInstallations(exec: Exec, plan: Pick<LabPlan, 'lab'>, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const text = 'cd "$1" 2>/dev/null || exit 0; for machine in *; do [ ! -f "$machine" ] || echo "$machine $(cat "$machine")"; done';
  const script = { purpose: 'say which machines were installed when', text, args: [labPaths(plan).installationsDir] };
  const { stdout } = await runScript(exec, script, { signal });
  return new Map([...stdout.matchAll(/^(\S+) (\d+)$/gm)].map(([, machine, mark]) => [machine!, mark!]));
}
