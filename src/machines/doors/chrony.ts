import type { LabPlan } from '../../lab/plan.ts';
import type { Exec } from '../../util/exec.ts';
import { runScript } from './run-script.ts';

/** chrony of a host, and the lab's part of its configuration. */
export interface ChronyState {
  readonly installed: boolean;
  /** Where the lab's part belongs, and its text there. */
  readonly path: string;
  readonly text: string | undefined;
  /** The distribution's own file, and whether it reads the folder of `path`. */
  readonly mainPath: string;
  readonly included: boolean;
  readonly running: boolean;
  /** The part was written after chronyd had started. */
  readonly stale: boolean;
  /** Of the addresses that were asked for, those it gives the time to. */
  readonly serves: ReadonlySet<string>;
  /** Addresses it takes the time from. */
  readonly sources: readonly string[];
}

/** A folder of our own, where the distribution's file reads none: SUSE's, that others know too. */
const FOLDER = '/etc/chrony.d';
const COMMENT = '# Added by labwright, for the parts in';

/** Debian's folder of chrony is one of its own, which AppArmor knows. The first folder that the file reads is the one for parts. */
const FIND = String.raw`main=/etc/chrony/chrony.conf
[ -e "$main" ] || main=/etc/chrony.conf
dir=$(sed -n -e 's/^[[:space:]]*confdir[[:space:]]\{1,\}\([^[:space:]]*\).*/\1/p' -e 's|^[[:space:]]*include[[:space:]]\{1,\}\(/[^[:space:]]*\)/\*\.conf[[:space:]]*$|\1|p' "$main" 2>/dev/null | head -n 1)
`;

/** Looks at a host's chrony. @param addresses which of them it gives the time to is asked. */
export async function observeChrony(exec: Exec, plan: Pick<LabPlan, 'lab'>, addresses: readonly string[], signal: AbortSignal): Promise<ChronyState> {
  const text = String.raw`lab=$1 fallback=$2; shift 2
${FIND}place=$dir
[ -n "$place" ] || place=$fallback
path=$place/labwright-$lab.conf
z() { printf '%s\0' "$1"; }
z "$(command -v chronyd)"
z "$path"
z "$(cat "$path" 2>/dev/null)"
z "$main"
z "$dir"
z "$(chronyc -h /run/chrony/chronyd.sock -n tracking >/dev/null 2>&1 && echo yes)"
z "$([ ! "$path" -nt /run/chrony/chronyd.pid ] || echo yes)"
z "$(for address; do ! chronyc -h /run/chrony/chronyd.sock -n accheck "$address" 2>/dev/null | grep -q ^208 || echo "$address"; done)"
z "$(chronyc -h /run/chrony/chronyd.sock -n -c sources 2>/dev/null | cut -d, -f3)"`;
  const look = { purpose: 'look at its chrony', text, args: [plan.lab, FOLDER, ...addresses] };
  const [program, path = '', part = '', mainPath = '', folder, running, newer, serves = '', sources = ''] = (
    await runScript(exec, look, { signal })
  ).stdout.split('\0');
  return {
    installed: program !== '',
    path,
    // The shell took the last line's end.
    text: part === '' ? undefined : `${part}\n`,
    mainPath,
    included: folder !== '',
    running: running === 'yes',
    stale: newer === 'yes' && running === 'yes',
    serves: new Set(linesOf(serves)),
    sources: linesOf(sources),
  };
}

/**
 * systemd starts chrony anew; without it, whoever started it did so with a command that can be given again. Its options matter: one that must not set the
 * clock has `-x`.
 */
const RESTART = String.raw`answers() { chronyc -h /run/chrony/chronyd.sock -n tracking >/dev/null 2>&1; }
restart() {
  if [ -d /run/systemd/system ]; then
    unit=chronyd.service
    ! systemctl cat chrony.service >/dev/null 2>&1 || unit=chrony.service
    systemctl restart "$unit" || { journalctl --quiet --no-pager --output cat --lines 5 --unit "$unit" >&2; return 1; }
  else
    pid=$(pidof -s chronyd) && cp "/proc/$pid/cmdline" /run/labwright-chronyd
    [ -s /run/labwright-chronyd ] || { echo 'nothing starts chronyd here: no systemd, and none runs' >&2; return 1; }
    [ -z "$pid" ] || kill "$pid"
    while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$pid/status"; do sleep 0.05; done
    xargs -0 -a /run/labwright-chronyd env >&2 || return 1
  fi
  turns=0
  until answers; do
    turns=$((turns + 1))
    [ "$turns" -le 50 ] || { echo 'chronyd does not answer after its start' >&2; return 1; }
    sleep 0.1
  done
}
`;

/**
 * Puts the lab's part in place beside whatever else configures chrony there, and starts it anew. chronyd reads the part, and then the whole, before it is
 * started; when it refuses one, or does not answer afterwards, everything is as it was before.
 *
 * @throws LabwrightError `exec_failed` in chronyd's words.
 */
export async function loadChrony(exec: Exec, { path, mainPath, included }: ChronyState, part: string, signal: AbortSignal): Promise<void> {
  const text = String.raw`set -eu
path=$1 main=$2 lines=$3 draft=$1.labwright former=$1.former
${RESTART}mkdir -p "$(dirname "$path")"
cat >"$draft"
chmod 644 "$draft"
chronyd -p -f "$draft" >/dev/null || { rm "$draft"; exit 1; }
rm -f "$former"
[ ! -e "$path" ] || cp -p "$path" "$former"
cp -p "$main" "$former-main"
switched=
undo() {
  rm -f "$draft" "$path"
  [ ! -e "$former" ] || mv "$former" "$path"
  cat "$former-main" >"$main"
  rm "$former-main"
  echo 'what was before is in use again' >&2
  [ -z "$switched" ] || restart || true
}
trap undo EXIT
mv "$draft" "$path"
[ -z "$lines" ] || printf '%s\n' "$lines" >>"$main"
chronyd -p -f "$main" >/dev/null
switched=yes
restart
trap - EXIT
rm -f "$former" "$former-main"`;
  const lines = included ? '' : `${COMMENT} ${FOLDER}:\ninclude ${FOLDER}/*.conf`;
  await runScript(exec, { purpose: 'give chrony the lab’s part', text, args: [path, mainPath, lines] }, { signal, stdin: part, timeoutMs: 60_000 });
}

/** Takes the lab's part away, and the line for it where it was ours and nobody else's part is left. */
export async function removeChrony(exec: Exec, { path, mainPath }: ChronyState, signal: AbortSignal): Promise<void> {
  const text = String.raw`set -eu
path=$1 main=$2 folder=$3 comment=$4
${RESTART}rm -f "$path"
if grep -qF "$comment" "$main" && rmdir "$folder" 2>/dev/null; then
  kept=$(grep -vF -e "$comment" -e "include $folder/" "$main" || true)
  printf '%s\n' "$kept" >"$main"
fi
! answers || restart
rm -f /run/labwright-chronyd`;
  await runScript(exec, { purpose: 'take the lab’s part from chrony', text, args: [path, mainPath, FOLDER, COMMENT] }, { signal, timeoutMs: 60_000 });
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
