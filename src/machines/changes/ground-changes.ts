import type { LabPlan, PlannedNetwork } from '../../lab/plan.ts';
import { placeOf } from '../../render/bridge.ts';
import { networksOn } from '../../render/networks-on.ts';
import { renderLibvirtNetwork } from '../../render/libvirt-network.ts';
import { LabwrightError } from '../../util/errors.ts';
import { uuidV5 } from '../../util/ids.ts';
import { keepBridge, makeBridge, setMtu, type BridgeState } from '../doors/bridge.ts';
import type { Change } from './change.ts';
import { furtherBridgeChanges } from './further-bridges.ts';
import { differenceText, THERE } from './difference.ts';
import { labPaths } from '../lab-paths.ts';
import type { ServerState } from './server-state.ts';
import { makeNetwork } from '../doors/virsh.ts';
import { makeFolders } from '../doors/volumes.ts';
import { find, parseXml, xmlDrift } from './xml-drift.ts';

/** What all machines of a server stand on, in the order to make it: bridge, network, folders. */
export function groundChanges(plan: LabPlan, server: string, state: ServerState): Change[] {
  const networks = networksOn(plan, server);
  return [
    ...bridgeChanges(plan, server, state),
    ...furtherBridgeChanges(plan, server, state),
    ...networks.flatMap((network) => networkChanges(plan, server, state, network)),
    ...folderChanges(plan, server, state),
  ];
}

export function bridgeChanges(plan: LabPlan, server: string, state: Pick<ServerState, 'bridge' | 'networks'>): Change[] {
  const { bridge } = state;
  const { server: planned, network, addresses } = placeOf(plan, server);
  // libvirt makes it.
  if (network.mode === 'nat') return [];
  const address = addresses.join(' and ');
  const base = { kind: 'bridge', name: network.bridge, on: server } as const;
  if (bridge.holdsNic && bridge.up && addresses.every((one) => bridge.addresses.includes(one))) {
    if (bridge.unfinished.length > 0) {
      const act: Change['act'] = (host, signal) => keepBridge(host, plan, bridge.unfinished, signal);
      return [{ ...base, action: 'update', consequence: 'none', detail: 'keep a change that was interrupted', act }];
    }
    if (bridge.mtu === network.mtu || !bridge.ours) return [];
    const differences = [{ field: 'mtu', wanted: String(network.mtu), found: String(bridge.mtu) }];
    const act: Change['act'] = (host, signal) => setMtu(host, plan, { links: [planned.nic, network.bridge], mtu: network.mtu }, signal);
    return [{ ...base, action: 'update', consequence: 'live', detail: `MTU is ${bridge.mtu}, planned ${network.mtu}`, byHand: true, differences, act }];
  }
  const act: Change['act'] = async (host, signal) => {
    const fault = obstacle();
    if (fault) throw fault;
    await makeBridge(host, plan, server, signal);
  };
  // A bridge of that name that is set up otherwise may carry other people's traffic: it is theirs to change.
  function obstacle(): LabwrightError | undefined {
    if (!bridge.nicExists)
      return new LabwrightError('not_found', `${server} has no NIC ${planned.nic}`, { hint: `name the NIC that faces the jumphost (ip link on ${server})` });
    if (!bridge.exists) return undefined;
    return new LabwrightError('conflict', `${network.bridge} on ${server} is there but not as planned: it ${foundText(bridge, planned.nic)}`, {
      hint: `give it ${planned.nic} and ${address}, or take it away (ip link del ${network.bridge}), then apply again`,
    });
  }
  // Its network is made after it.
  const byHand = bridge.ours || state.networks.some(({ uuid }) => uuid === networkUuid(plan, network));
  const differences = [
    bridge.exists
      ? { field: 'ports and addresses', wanted: `${planned.nic}, ${address}`, found: foundText(bridge, planned.nic) }
      : { field: 'it', wanted: THERE, found: undefined },
  ];
  return [{ ...base, action: 'create', consequence: 'live', detail: `moves ${planned.nic} and ${address} into it`, byHand, differences, act }];
}

function foundText({ holdsNic, up, addresses }: BridgeState, nic: string): string {
  return `${holdsNic ? 'holds' : 'does not hold'} ${nic}, is ${up ? 'up' : 'down'}, has ${addresses.join(', ') || 'no address'}`;
}

/** As rendered: the mark of a network of this lab. */
export function networkUuid(plan: Pick<LabPlan, 'uuid'>, { name }: Pick<PlannedNetwork, 'name'>): string {
  return uuidV5(plan.uuid, `network/${name}`);
}

function networkChanges(plan: LabPlan, server: string, state: ServerState, network: PlannedNetwork): Change[] {
  const xml = renderLibvirtNetwork(plan, { network: network.name });
  const planned = parseXml(xml);
  const uuid = networkUuid(plan, network);
  const found = state.networks.find((one) => one.uuid === uuid);
  const base = { kind: 'network', name: network.name, on: server } as const;
  const act: Change['act'] = async ({ exec }, signal) => {
    const other = state.networks.find((one) => one.uuid !== uuid && find(parseXml(one.xml), 'name')?.textContent === network.name);
    if (other) {
      throw new LabwrightError('conflict', `${server} has another libvirt network named ${network.name} (${other.uuid})`, {
        hint: 'give the network another name in the lab file, or undefine that one',
      });
    }
    await makeNetwork(exec, uuid, xml, signal);
  };
  if (!found) {
    const byHand = state.domains.some((domain) => domain.lab === plan.lab);
    return [
      {
        ...base,
        action: 'create',
        consequence: 'none',
        detail: `over bridge ${network.bridge}`,
        byHand,
        differences: [{ field: 'it', wanted: THERE, found: undefined }],
        act,
      },
    ];
  }
  const drift = [
    ...xmlDrift(planned, parseXml(found.xml)),
    ...(found.active ? [] : [{ field: 'active', wanted: 'yes', found: 'no' }]),
    ...(found.autostart ? [] : [{ field: 'autostart', wanted: 'yes', found: 'no' }]),
  ];
  return drift.length === 0
    ? []
    : [{ ...base, action: 'update', consequence: 'live', detail: drift.map(differenceText).join('; '), byHand: true, differences: drift, act }];
}

function folderChanges(plan: LabPlan, server: string, { volumes }: ServerState): Change[] {
  if (volumes) return [];
  const { imagesDir } = labPaths(plan);
  const act: Change['act'] = ({ exec }, signal) => makeFolders(exec, plan, server, signal);
  return [{ action: 'create', kind: 'folder', name: imagesDir, on: server, consequence: 'none', detail: 'for disks, consoles and their logs', act }];
}
