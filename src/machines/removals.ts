import type { LabPlan } from '../lab/plan.ts';
import { placeOf } from '../render/bridge.ts';
import { uuidV5 } from '../util/ids.ts';
import { removeBridge } from './bridge.ts';
import type { Change } from './change.ts';
import { removeDnsmasq } from './dnsmasq.ts';
import { removePaths } from './files.ts';
import type { JumphostState } from './jumphost.ts';
import { labPaths } from './lab-paths.ts';
import { domainRemoval, volumeRemoval } from './server-changes.ts';
import type { ServerState } from './server-state.ts';
import { removeNetwork } from './virsh.ts';

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
          act: ({ exec }, signal) => removePaths(exec, [imagesDir, consolesDir, logsDir], signal),
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
    ...bridges,
  ];
}

/** The lab's own dnsmasq, its files and leases. */
export function jumphostRemovals(plan: LabPlan, state: JumphostState): Change[] {
  const { running, loaded } = state.dnsmasq;
  if (!running && !loaded && state.files.size === 0) return [];
  const act: Change['act'] = ({ exec }, signal) => removeDnsmasq(exec, plan, signal);
  const detail = `${running ? 'running' : 'not running'}; ${state.files.size} files, ${state.dnsmasq.leases.length} leases`;
  return [{ action: 'delete', kind: 'dnsmasq', name: plan.lab, on: plan.jumphost.name, consequence: 'live', detail, act }];
}
