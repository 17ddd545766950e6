import type { LabPlan } from '../../lab/plan.ts';
import { LAB_XML_NAMESPACE } from '../../render/libvirt-domain.ts';
import type { Exec } from '../../util/exec.ts';
import { observeBridge, type BridgeState } from '../doors/bridge.ts';
import { observeChrony, type ChronyState } from '../doors/chrony.ts';
import { imageFolders } from '../lab-paths.ts';
import { listDomains, listNetworks, type Domain, type LibvirtNetwork } from '../doors/virsh.ts';
import { find, parseXml } from './xml-drift.ts';
import { runScript } from '../doors/run-script.ts';

/** A server as it was found: what libvirt, its kernel and its folders have. */
export interface ServerState {
  readonly bridge: BridgeState;
  readonly networks: readonly LibvirtNetwork[];
  readonly domains: readonly FoundDomain[];
  /** Files of the lab's image folders, path to virtual size; undefined when one of them is not there. */
  readonly volumes: ReadonlyMap<string, number> | undefined;
  readonly time?: ChronyState;
}

export interface FoundDomain extends Domain {
  readonly name: string;
  /** The lab that made it; undefined for one that labwright did not make. */
  readonly lab: string | undefined;
  readonly generation: number;
  /** Hash of what it was made from. */
  readonly spec?: string | undefined;
}

export async function observeServer(exec: Exec, plan: LabPlan, server: string, signal: AbortSignal): Promise<ServerState> {
  // The first one opens the connection that the others share.
  const bridge = await observeBridge(exec, plan, server, signal);
  const [networks, domains, volumes, time] = await Promise.all([
    listNetworks(exec, signal),
    observeDomains(exec, signal),
    observeVolumes(exec, plan, server, signal),
    observeChrony(exec, plan, [], signal),
  ]);
  return { bridge, networks, domains, volumes, time };
}

/** Every domain of a server, with the mark that it carries. */
export async function observeDomains(exec: Exec, signal: AbortSignal): Promise<FoundDomain[]> {
  return (await listDomains(exec, signal)).map(foundDomain);
}

function foundDomain(domain: Domain): FoundDomain {
  const root = parseXml(domain.xml);
  const mark = root.getElementsByTagNameNS(LAB_XML_NAMESPACE, 'machine')[0];
  return {
    ...domain,
    name: find(root, 'name')?.textContent ?? domain.uuid,
    lab: mark?.getAttribute('lab') ?? undefined,
    generation: Number(mark?.getAttribute('generation') ?? 0),
    spec: mark?.getAttribute('spec') ?? undefined,
  };
}

async function observeVolumes(exec: Exec, plan: LabPlan, server: string, signal: AbortSignal): Promise<Map<string, number> | undefined> {
  const script = `for folder; do
  [ -d "$folder" ] || exit 3
  for file in "$folder"/*.qcow2; do
    [ ! -f "$file" ] || printf '%s\\0%s\\0' "$file" "$(qemu-img info --force-share --output=json "$file")"
  done
done`;
  const { exitCode, stdout } = await runScript(
    exec,
    { purpose: 'look at its disks', text: script, args: imageFolders(plan, server) },
    { signal, okExitCodes: [0, 3] },
  );
  if (exitCode === 3) return undefined;
  const parts = stdout.split('\0');
  const volumes = new Map<string, number>();
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const info = JSON.parse(parts[index + 1]!) as { readonly 'virtual-size': number };
    volumes.set(parts[index]!, info['virtual-size']);
  }
  return volumes;
}
