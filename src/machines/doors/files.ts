import type { Exec } from '../../util/exec.ts';
import { runScript } from './run-script.ts';

/** Every file under the folders, path to text; a folder that is not there has none. Text only: NUL separates them. */
export async function readTree(exec: Exec, folders: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
  const script = String.raw`for folder; do
  [ ! -d "$folder" ] || find "$folder" -type f -exec sh -c 'for file; do printf "%s\0" "$file"; cat "$file"; printf "\0"; done' sh {} +
done`;
  const { stdout } = await runScript(exec, { purpose: `read ${folders.join(' and ')}`, text: script, args: folders }, { signal });
  const parts = stdout.split('\0');
  const files = new Map<string, string>();
  for (let index = 0; index + 1 < parts.length; index += 2) files.set(parts[index]!, parts[index + 1]!);
  return files;
}

/** Writes a file so that a reader sees the old one or the new one, never half of it. @returns whether it was different. */
export async function writeTextFile(exec: Exec, file: { readonly path: string; readonly text: string }, signal: AbortSignal): Promise<boolean> {
  const script = String.raw`set -eu
mkdir -p "$(dirname "$1")"
draft="$(dirname "$1")/.$(basename "$1").labwright"
cat >"$draft"
if cmp -s "$draft" "$1"; then rm "$draft"; else chmod 0644 "$draft"; mv "$draft" "$1"; echo written; fi`;
  const { stdout } = await runScript(exec, { purpose: `write ${file.path}`, text: script, args: [file.path] }, { signal, stdin: file.text });
  return stdout.includes('written');
}

/** Removes a folder, and the ones above it that are empty then, up to two of them. */
export async function removeWithParents(exec: Exec, folder: string, signal: AbortSignal): Promise<void> {
  const text = 'rm -rf -- "$1"; rmdir "$(dirname "$1")" "$(dirname "$(dirname "$1")")" 2>/dev/null || true';
  await runScript(exec, { purpose: `remove ${folder}`, text, args: [folder] }, { signal });
}

export async function removePaths(exec: Exec, paths: readonly string[], signal: AbortSignal): Promise<void> {
  if (paths.length > 0) await exec(['rm', '-rf', '--', ...paths], { signal });
}
