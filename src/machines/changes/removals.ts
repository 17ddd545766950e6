import type { LabPlan } from '../../lab/plan.ts';
import { placeOf } from '../../render/bridge.ts';
import { diskPath } from '../../render/libvirt-domain.ts';
import { uuidV5 } from '../../util/ids.ts';
import { removeBridge } from '../doors/bridge.ts';
import type { Change } from './change.ts';
import { removeDnsmasq } from '../doors/dnsmasq.ts';
import { removePaths, removeWithParents } from '../doors/files.ts';
import type { JumphostState } from '../jumphost.ts';
import { firewallRemovals } from './firewall-changes.ts';
import { furtherBridgeRemovals } from './further-bridges.ts';
import { imageFolders, labPaths } from '../lab-paths.ts';
import { machinesOn } from './server-changes.ts';
import { timeRemovals } from './time-changes.ts';
import type { FoundDomain, ServerState } from './server-state.ts';
import { removeDomain, removeNetwork } from '../doors/virsh.ts';

/**
 * What this lab has made on a server, found by its marks and not by what is planned now: domains by their metadata, the
 * network by its UUID, files by their folder, the bridge by its alias.
 */
export function serverRemovals(plan: LabPlan, server: string, state: ServerState): Change[] {
  const { imagesDir, consolesDir, logsDir } = labPaths(plan);
  const base = { action: 'delete', on: server, consequence: 'live' } as const;
  const networks = state.networks.flatMap((network): Change[] => {
    const mine = plan.networks.find(({ name }) => uuidV5(plan.uuid, `network/${name}`) === network.uuid);
    if (!mine) return [];
    const act: Change['act'] = ({ exec }, signal) => removeNetwork(exec, network, signal);
    return [{ ...base, kind: 'network', name: mine.name, detail: 'its UUID is this lab’s', act }];
  });
  const folders: Change[] = state.volumes
    ? [
        {
          ...base,
          kind: 'folder',
          name: imagesDir,
          detail: 'and the folders of consoles and logs',
          act: ({ exec }, signal) => removePaths(exec, [...imageFolders(plan, server), consolesDir, logsDir], signal),
        },
      ]
    : [];
  const bridges: Change[] = state.bridge.ours
    ? [
        {
          ...base,
          kind: 'bridge',
          name: placeOf(plan, server).network.bridge,
          detail: 'its addresses go back to the NIC',
          act: (host, signal) => removeBridge(host, plan, server, signal),
        },
      ]
    : [];
  return [
    ...state.domains.filter((domain) => domain.lab === plan.lab).map((domain) => domainRemoval(server, domain)),
    ...[...(state.volumes?.keys() ?? [])].map((path) => volumeRemoval(server, path)),
    ...folders,
    ...networks,
    ...timeRemovals(plan, server, state.time),
    ...furtherBridgeRemovals(plan, server, state),
    ...bridges,
  ];
}

/** The lab's own dnsmasq, its files and leases, the kubeconfigs that are kept, and when its machines were installed. */
export function jumphostRemovals(plan: LabPlan, state: JumphostState): Change[] {
  const { running, loaded } = state.dnsmasq;
  const kept = state.kubeconfigs ?? [];
  const { kubeconfigsDir, installationsDir } = labPaths(plan);
  const on = plan.jumphost.name;
  const kubeconfigs: Change = {
    action: 'delete',
    kind: 'folder',
    name: kubeconfigsDir,
    on,
    consequence: 'data-loss',
    detail: `kubeconfigs of ${kept.join(', ')}`,
    act: ({ exec }, signal) => removeWithParents(exec, kubeconfigsDir, signal),
  };
  const installed = state.installations ?? [];
  const installations: Change = {
    ...kubeconfigs,
    name: installationsDir,
    consequence: 'none',
    detail: `when ${installed.join(', ')} were installed`,
    act: ({ exec }, signal) => removeWithParents(exec, installationsDir, signal),
  };
  const first = [
    ...(kept.length === 0 ? [] : [kubeconfigs]),
    ...(installed.length === 0 ? [] : [installations]),
    ...firewallRemovals(plan, state),
    ...timeRemovals(plan, on, state.time),
  ];
  if (!running && !loaded && state.files.size === 0) return first;
  const act: Change['act'] = ({ exec }, signal) => removeDnsmasq(exec, plan, signal);
  const detail = `${running ? 'running' : 'not running'}; ${state.files.size} files, ${state.dnsmasq.leases.length} leases`;
  return [...first, { action: 'delete', kind: 'dnsmasq', name: plan.lab, on, consequence: 'live', detail, act }];
}

/** What this lab made on a server and no longer plans there. Carried out on demand only: it takes disks away. */
export function leftovers(plan: LabPlan, server: string, state: ServerState): Change[] {
  const machines = machinesOn(plan, server);
  const uuids = new Set(machines.map((machine) => machine.uuid));
  const paths = new Set(machines.flatMap((machine) => machine.disks.map((_, index) => diskPath(labPaths(plan), machine, index))));
  return [
    ...state.domains.filter((domain) => domain.lab === plan.lab && !uuids.has(domain.uuid)).map((domain) => domainRemoval(server, domain)),
    ...[...(state.volumes ?? new Map<string, number>()).keys()].filter((path) => !paths.has(path)).map((path) => volumeRemoval(server, path)),
  ];
}

function domainRemoval(server: string, domain: FoundDomain): Change {
  const act: Change['act'] = ({ exec }, signal) => removeDomain(exec, domain.uuid, signal);
  const detail = `${domain.state}; made by labwright for lab ${domain.lab}`;
  return { action: 'delete', kind: 'machine', name: domain.name, on: server, machine: domain.name, consequence: 'data-loss', detail, act };
}

function volumeRemoval(server: string, path: string): Change {
  const act: Change['act'] = ({ exec }, signal) => removePaths(exec, [path], signal);
  return { action: 'delete', kind: 'volume', name: path, on: server, consequence: 'data-loss', detail: 'a disk in the folder of this lab', act };
}
