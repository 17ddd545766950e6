import type { Exec } from '../../util/exec.ts';
import { runScript } from './run-script.ts';

/** A disk with the content of a cloud image, which is not needed after it; it appears under its name only when it is whole. */
export async function createVolumeFromImage(
  exec: Exec,
  volume: { readonly path: string; readonly image: string; readonly sizeGiB: number },
  signal: AbortSignal,
): Promise<void> {
  const text = `set -eu
qemu-img convert -O qcow2 "$2" "$1.new"
qemu-img resize -q "$1.new" "$3"
mv "$1.new" "$1"`;
  const args = [volume.path, volume.image, `${volume.sizeGiB}G`];
  await runScript(exec, { purpose: `make ${volume.path} from ${volume.image}`, text, args }, { signal });
}

/** A CD that cloud-init reads as a NoCloud seed: it is known by its label. Needs xorriso there. */
export async function writeSeed(exec: Exec, path: string, files: ReadonlyMap<string, string>, signal: AbortSignal): Promise<void> {
  const text = `set -eu
path=$1; shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while [ "$#" -gt 0 ]; do printf %s "$2" >"$work/$1"; shift 2; done
xorriso -as mkisofs -quiet -volid cidata -joliet -rock -output "$path.new" "$work"
chmod 0644 "$path.new"
mv "$path.new" "$path"`;
  await runScript(exec, { purpose: 'write the seed of cloud-init', text, args: [path, ...[...files].flat()] }, { signal });
}
