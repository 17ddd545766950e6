import { runScript } from '../../machines/doors/run-script.ts';
import type { Exec } from '../../util/exec.ts';
import { isLabwrightError, LabwrightError } from '../../util/errors.ts';

/**
 * The installer's process on its provisionhost. It is nobody's child: it goes on while the agent is away.
 *
 * *Running*, or *ended* with a code, or *killed*: it is gone and has left no code (the host rebooted, somebody ended it); *none*
 * was started.
 */
export type InstallerProcess = { readonly status: 'none' | 'running' | 'killed' } | { readonly status: 'ended'; readonly code: number };

export interface Seen {
  readonly process: InstallerProcess;
  /** What it has logged since `after`. */
  readonly log: string;
  /** In bytes of its log file. */
  readonly next: number;
}

/** No more than this at a time: a debug log grows fast. */
const CHUNK = 256 * 1024;

/** A pid is somebody else's by now unless its command line names the folder. */
const ALIVE = String.raw`alive() { pid=$(cat "$1/pid" 2>/dev/null) && [ -n "$pid" ] && tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$1"; }`;

const START = String.raw`set -eu
${ALIVE}
d=$1; step=$2; shift 2
if alive "$d" || [ -e "$d/exit" ]; then exit 0; fi
rm -f "$d/pid"
LABWRIGHT_STEP=$step setsid sh -c 'd=$0; echo $$ > "$d/pid.new"; mv "$d/pid.new" "$d/pid"; "$@" >> "$d/output" 2>&1; echo $? > "$d/exit.new"; mv "$d/exit.new" "$d/exit"' "$d" "$@" < /dev/null > /dev/null 2>&1 &
i=0
while [ "$i" -lt 100 ] && { [ ! -s "$d/pid" ] || [ ! -s "$d/.openshift_install.log" ]; } && [ ! -e "$d/exit" ]; do sleep 0.1; i=$((i + 1)); done`;

/**
 * Whoever says that it is at its end ends a moment later: its code is worth that moment. Looked at in this order, one that
 * ends meanwhile is not taken for killed: its code is there before it is gone.
 */
const LOOK = String.raw`${ALIVE}
d=$1; log=$1/.openshift_install.log
i=0
while [ ! -e "$d/exit" ] && alive "$d" && tail -c 4000 "$log" 2>/dev/null | grep -qe 'level=fatal' -e 'Install complete!' && [ "$i" -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
if alive "$d"; then state=running; else state=gone; fi
if [ -e "$d/exit" ]; then echo "ended $(cat "$d/exit")"; elif [ $state = running ]; then echo running; elif [ -e "$d/pid" ]; then echo killed; else echo none; fi
[ ! -e "$log" ] || tail -c "+$(($2 + 1))" "$log" | head -c "$3"`;

/** Starts it unless it runs or has ended. `step` goes into its environment: whoever finds the process can tell whose it is. */
export async function startInstaller(exec: Exec, dir: string, step: string, command: readonly string[], signal: AbortSignal): Promise<void> {
  await runScript(exec, { purpose: `start ${command[0]}`, text: START, args: [dir, step, ...command] }, { signal });
}

export async function lookAtInstaller(exec: Exec, dir: string, after: number, signal: AbortSignal): Promise<Seen> {
  const args = [dir, String(after), String(CHUNK)];
  const { stdout } = await runScript(exec, { purpose: 'look at the installer', text: LOOK, args }, { signal, encoding: 'latin1' });
  const end = stdout.indexOf('\n');
  const [status = '', code = ''] = stdout.slice(0, end).split(' ');
  const log = stdout.slice(end + 1);
  return { process: processOf(status, Number(code)), log: Buffer.from(log, 'latin1').toString(), next: after + log.length };
}

function processOf(status: string, code: number): InstallerProcess {
  if (status === 'ended') return { status, code };
  if (status === 'none' || status === 'running' || status === 'killed') return { status };
  throw new LabwrightError('exec_failed', `the installer's state is ${JSON.stringify(status)}`);
}

/** A host that does not answer now may answer later: the installer does not depend on it. */
export function isAway(error: unknown): boolean {
  return isLabwrightError(error) && error.code === 'unreachable';
}
