import { createHash, randomBytes } from 'node:crypto';
import type { LabPlan } from '../../lab/plan.ts';
import { firewalldMark, firewalldNames, renderFirewalld } from '../../render/firewalld.ts';
import type { Exec } from '../../util/exec.ts';
import { keep } from './bridge.ts';
import { removeWithParents, writeTextFile } from './files.ts';
import type { Host } from './lab-hosts.ts';
import { runScript } from './run-script.ts';

/** firewalld of the jumphost, and the lab's zones and policy in it. */
export interface FirewalldState {
  readonly installed: boolean;
  readonly running: boolean;
  /** Path below firewalld's folder to text. */
  readonly files: ReadonlyMap<string, string>;
  /** Are the files those that labwright wrote last, and are the kernel's rules those that came of them? */
  readonly filesIntact: boolean;
  readonly rulesIntact: boolean;
}

const FOLDER = '/etc/firewalld';
const GUARD_SECONDS = 60;

function pathsOf(plan: Pick<LabPlan, 'lab'>): string[] {
  const { zone, outside, policy } = firewalldNames(plan);
  return [`zones/${zone}.xml`, `zones/${outside}.xml`, `policies/${policy}.xml`];
}

/** Of the files and of the rules as they were loaded: firewalld starts with them again after a reboot. */
function stampOf({ lab }: Pick<LabPlan, 'lab'>): string {
  return `/var/lib/labwright/labs/${lab}/firewalld/loaded`;
}

/** firewalld's chains of the lab's zones, and what leads to them: what the kernel has, in a tenth of the time that firewall-cmd needs to say it. */
const RULES = String.raw`rules() { nft list table inet firewalld 2>/dev/null | awk -v z="$1([_\" ]|$)" '/^\tchain /{own=$0 ~ z} own || $0 ~ z'; }
`;

function zonePattern(plan: Pick<LabPlan, 'lab'>): string {
  const { zone, outside, policy } = firewalldNames(plan);
  return `(${[zone, outside, policy].join('|')})`;
}

export async function observeFirewalld(exec: Exec, plan: Pick<LabPlan, 'lab'>, signal: AbortSignal): Promise<FirewalldState> {
  const text = String.raw`${RULES}zones=$1 stamp=$2 folder=$3; shift 3
z() { printf '%s\0' "$1"; }
z "$(command -v firewall-cmd)"
z "$(! command -v nft >/dev/null || nft list tables 2>/dev/null | grep -x 'table inet firewalld')"
z "$(rules "$zones" | sha256sum)"
z "$(cat "$stamp" 2>/dev/null)"
for file; do z "$(cat "$folder/$file" 2>/dev/null)"; done`;
  const paths = pathsOf(plan);
  const look = { purpose: 'look at its firewalld', text, args: [zonePattern(plan), stampOf(plan), FOLDER, ...paths] };
  const [program, table, rules = '', stamp = '', ...texts] = (await runScript(exec, look, { signal })).stdout.split('\0');
  const files = new Map(paths.flatMap((path, index) => (texts[index] ? [[path, `${texts[index]}\n`]] : [])));
  const [filesSum, rulesSum] = stamp.split(' ');
  return {
    installed: program !== '',
    running: table !== '',
    files,
    filesIntact: filesSum === sumOf(files),
    rulesIntact: rulesSum === rules.split(' ')[0],
  };
}

function sumOf(files: ReadonlyMap<string, string>): string {
  return createHash('sha256')
    .update([...files].map(([path, text]) => `${path}\0${text}\0`).join(''))
    .digest('hex');
}

/** Puts back what was in the folder $1, whose list of interfaces and zones is in $1/zones. */
const BACK = String.raw`#!/bin/sh
cd "$1" || exit 0
folder=$2; shift 2
for file; do rm -f "$folder/$file"; [ ! -e "former/$file" ] || cp "former/$file" "$folder/$file"; done
while read -r nic zone profile; do
  [ -z "$profile" ] || nmcli connection modify "$profile" connection.zone "$(cat "nm-$nic")"
done <zones
firewall-cmd --quiet --reload
while read -r nic zone profile; do
  [ -z "$zone" ] || firewall-cmd --quiet --zone="$zone" --change-interface="$nic"
done <zones
cd /; rm -rf "$OLDPWD"
`;

/**
 * Puts the lab's zones and policy in place, and moves the jumphost's NICs into them, whole or not at all; NetworkManager, where it has the NICs, is told
 * too. What was there before comes back by itself after a minute unless a new connection to the jumphost opens.
 *
 * @throws LabwrightError `exec_failed` in firewalld's words, or naming the zone that somebody bound a NIC to.
 */
export async function loadFirewalld(host: Host, plan: LabPlan, signal: AbortSignal): Promise<void> {
  const files = renderFirewalld(plan);
  const undo = `/run/labwright-${plan.lab}-firewalld-${randomBytes(4).toString('hex')}`;
  for (const [path, text] of files) await writeTextFile(host.exec, { path: `${undo}/new/${path}`, text }, signal);
  const { zone, outside } = firewalldNames(plan);
  const { nic, uplink } = plan.jumphost;
  const text = String.raw`set -eu
${RULES}undo=$1 folder=$2 mark=$3 seconds=$4 zones=$5 nics=$6; shift 6
trap 'rm -rf "$undo"' EXIT
firewall-cmd --quiet --state || { echo 'firewalld does not run' >&2; exit 1; }
for file; do
  [ ! -e "$folder/$file" ] || grep -qF "$mark" "$folder/$file" || { echo "$folder/$file is not of this lab" >&2; exit 1; }
done
cat >"$undo/back"
for pair in $nics; do
  nic=$(echo "$pair" | cut -d= -f1) zone=$(echo "$pair" | cut -d= -f2)
  bound=$(firewall-cmd --permanent --get-zone-of-interface="$nic" 2>/dev/null || true)
  case "$bound" in "" | "no zone" | "$zone") ;; *)
    echo "$nic is bound to zone $bound: firewall-cmd --permanent --zone=$bound --remove-interface=$nic lets it go" >&2
    exit 1 ;;
  esac
  profile=$(nmcli --get-values GENERAL.CON-UUID device show "$nic" 2>/dev/null || true)
  if [ -n "$profile" ]; then
    nmcli --get-values connection.zone connection show "$profile" >"$undo/nm-$nic"
    case "$(cat "$undo/nm-$nic")" in "" | "$zone") ;; *)
      echo "$nic is given to zone $(cat "$undo/nm-$nic") by NetworkManager: nmcli connection modify $profile connection.zone '' takes it back" >&2
      exit 1 ;;
    esac
  fi
  now=$(firewall-cmd --get-zone-of-interface="$nic" 2>/dev/null || true)
  [ "$now" != "no zone" ] || now=
  echo "$nic $now $profile" >>"$undo/zones"
done
for file; do [ ! -e "$folder/$file" ] || { mkdir -p "$(dirname "$undo/former/$file")"; cp "$folder/$file" "$undo/former/$file"; }; done
# From here on there is something to go back from.
trap 'sh "$undo/back" "$undo" "$folder" "$@"' EXIT
setsid sh -c 'sleep "$1"; shift; [ ! -d "$2" ] || sh "$@"' sh "$seconds" "$undo/back" "$undo" "$folder" "$@" </dev/null >/dev/null 2>&1 &
for file; do
  mkdir -p "$(dirname "$folder/$file")"
  if [ -e "$undo/new/$file" ]; then cp "$undo/new/$file" "$folder/$file"; else rm -f "$folder/$file"; fi
done
firewall-cmd --quiet --check-config
firewall-cmd --quiet --reload
for pair in $nics; do
  nic=$(echo "$pair" | cut -d= -f1) zone=$(echo "$pair" | cut -d= -f2)
  # The first tells NetworkManager, if it has the NIC; without it the second would not outlive a reload.
  firewall-cmd --quiet --permanent --zone="$zone" --change-interface="$nic"
  firewall-cmd --quiet --zone="$zone" --change-interface="$nic"
done
for family in ipv4.ip_forward ipv6.conf.all.forwarding; do
  [ ! -e "/proc/sys/net/$(echo "$family" | tr . /)" ] || sysctl --quiet --write "net.$family=1"
done
trap - EXIT
rules "$zones" | sha256sum`;
  const nics = [`${nic}=${zone}`, ...(uplink === undefined ? [] : [`${uplink}=${outside}`])].join(' ');
  const args = [undo, FOLDER, firewalldMark(plan), String(GUARD_SECONDS), zonePattern(plan), nics, ...pathsOf(plan)];
  const load = { purpose: 'give firewalld the lab’s zones', text, args };
  const { stdout } = await runScript(host.exec, load, { signal, stdin: BACK, timeoutMs: 30_000 });
  await keep(host, [undo], signal);
  const sorted = new Map(pathsOf(plan).flatMap((path) => (files.has(path) ? [[path, files.get(path)!]] : [])));
  await writeTextFile(host.exec, { path: stampOf(plan), text: `${sumOf(sorted)} ${stdout.split(' ')[0]}\n` }, signal);
}

/** Takes the lab's zones and policy away; the NICs are in the zones that they would be in without them. */
export async function removeFirewalld(exec: Exec, plan: Pick<LabPlan, 'lab'>, signal: AbortSignal): Promise<void> {
  const text = String.raw`set -eu
folder=$1 mark=$2; shift 2
for file; do
  [ -e "$folder/$file" ] && grep -qF "$mark" "$folder/$file" || continue
  rm "$folder/$file"
  zone=$(basename "$file" .xml)
  for profile in $(nmcli --get-values UUID connection show 2>/dev/null); do
    [ "$(nmcli --get-values connection.zone connection show "$profile")" != "$zone" ] || nmcli connection modify "$profile" connection.zone ''
  done
done
! firewall-cmd --quiet --state || firewall-cmd --quiet --reload`;
  await runScript(exec, { purpose: 'take the lab’s zones from firewalld', text, args: [FOLDER, firewalldMark(plan), ...pathsOf(plan)] }, { signal });
  await removeWithParents(exec, stampOf(plan).replace(/\/[^/]+$/, ''), signal);
}
