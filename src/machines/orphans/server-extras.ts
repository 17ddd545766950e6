import type { LabPlan } from '../../lab/plan.ts';
import { placeOf } from '../../render/bridge.ts';
import type { Exec } from '../../util/exec.ts';
import { runScript } from '../doors/run-script.ts';

/** What a server has beside what its plan is compared with. */
export interface ServerExtras {
  /** Every file below libvirt's folder of images. */
  readonly images: readonly string[];
  /** Every file below libvirt's folder of NVRAMs. */
  readonly nvrams: readonly string[];
  /** Links in the lab's bridge. */
  readonly ports: readonly string[];
  /** Link to the UUID of the running domain that it belongs to. */
  readonly domainPorts: ReadonlyMap<string, string>;
}

const IMAGES = '/var/lib/libvirt/images';
const NVRAMS = '/var/lib/libvirt/qemu/nvram';

export async function observeExtras(exec: Exec, plan: LabPlan, server: string, signal: AbortSignal): Promise<ServerExtras> {
  const { network } = placeOf(plan, server);
  const text = String.raw`v() { virsh --quiet --connect qemu:///system "$@"; }
for folder in "$1" "$2"; do
  [ ! -d "$folder" ] || find "$folder" -type f -print
  printf '\0'
done
for port in "/sys/class/net/$3/brif/"*; do [ ! -e "$port" ] || basename "$port"; done
printf '\0'
for uuid in $(v list --uuid); do v domiflist "$uuid" | while read -r link rest; do echo "$link $uuid"; done; done
exit 0`;
  const look = { purpose: 'list its files and bridge ports', text, args: [IMAGES, NVRAMS, network.bridge] };
  const [images = '', nvrams = '', ports = '', owners = ''] = (await runScript(exec, look, { signal })).stdout.split('\0');
  const pairs = linesOf(owners).map((line) => line.split(' '));
  return {
    images: linesOf(images),
    nvrams: linesOf(nvrams),
    ports: linesOf(ports),
    domainPorts: new Map(pairs.map(([link, uuid]) => [link!, uuid!])),
  };
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
