import type { LabPlan } from '../../lab/plan.ts';
import type { Exec } from '../../util/exec.ts';
import { runScript } from '../doors/run-script.ts';

/** What a bare-metal host's BMC said to a read of its system, asked from the jumphost. */
export interface BmcAnswer {
  /** HTTP status; 0 when there was none. */
  readonly status: number;
  /** curl's words, or what keeps its password from being read. */
  readonly error: string;
}

/** Sixteen at once: each that is silent takes its time. */
const SCRIPT = String.raw`while [ "$#" -gt 0 ]; do printf '%s\0%s\0%s\0%s\0%s\0' "$1" "$2" "$3" "$4" "$5"; shift 5; done |
xargs -0 -n 5 -P 16 sh -c '
  if ! [ -r "$4" ]; then printf "%s\0000\0cannot read %s\0" "$1" "$4"; exit 0; fi
  answer=$(printf "user = \"%s:%s\"\n" "$3" "$(sed "s/[\\\\\"]/\\\\&/g" "$4")" | curl --config - --silent $5 --location --connect-timeout 5 --max-time 10 --output /dev/null --write-out "%{http_code} %{errormsg}" "$2")
  printf "%s\0%s\0%s\0" "$1" "\${answer%% *}" "\${answer#* }"' sh`.replaceAll('\\$', '$');

/** Asks the BMCs that speak Redfish, by machine name. Passwords stay on the jumphost, and out of every argument. */
export async function probeBmcs(exec: Exec, plan: LabPlan, signal: AbortSignal): Promise<ReadonlyMap<string, BmcAnswer>> {
  const asked = plan.machines.flatMap(({ name, kind, bmc }) => {
    const { passwordFile, protocol, username, verifyTls } = bmc;
    if (kind !== 'metal' || protocol === 'ipmi' || passwordFile === undefined) return [];
    return [name, bmc.url, username, passwordFile, verifyTls ? '--no-insecure' : '--insecure'];
  });
  if (asked.length === 0) return new Map();
  const { stdout } = await runScript(exec, { purpose: 'ask the BMCs', text: SCRIPT, args: asked }, { signal, timeoutMs: 120_000 });
  const parts = stdout.split('\0');
  const answers = new Map<string, BmcAnswer>();
  for (let index = 0; index + 2 < parts.length; index += 3) answers.set(parts[index]!, { status: Number(parts[index + 1]), error: parts[index + 2]!.trim() });
  return answers;
}
