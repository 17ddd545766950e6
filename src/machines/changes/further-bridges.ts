import type { LabPlan } from '../../lab/plan.ts';
import { bridgeAlias, placeOf } from '../../render/bridge.ts';
import { networksOn } from '../../render/networks-on.ts';
import { portOf } from '../../render/port-of.ts';
import { LabwrightError } from '../../util/errors.ts';
import { makeFurtherBridge, removeLinks } from '../doors/further-bridge.ts';
import type { Change } from './change.ts';
import { THERE } from './difference.ts';
import type { ServerState } from './server-state.ts';

type Found = Pick<ServerState, 'bridge'>;

/** Bridges of the networks that machines of a server have further NICs in. */
export function furtherBridgeChanges(plan: LabPlan, server: string, { bridge: { links = [] } }: Found): Change[] {
  const { server: planned, network: own } = placeOf(plan, server);
  const further = networksOn(plan, server).filter(({ name, mode }) => name !== own.name && mode === 'bridge');
  return further.flatMap((network): Change[] => {
    const port = portOf(planned, network, own);
    const found = (name: string) => links.find((link) => link.name === name);
    const bridge = found(network.bridge);
    if (bridge?.up && found(port.name)?.master === network.bridge) return [];
    const act: Change['act'] = async ({ exec }, signal) => {
      if (bridge)
        throw new LabwrightError('conflict', `${network.bridge} on ${server} is there but not as planned: ${port.name} is not in it, or it is down`, {
          hint: `put ${port.name} into it and set it up, or take it away (ip link del ${network.bridge}), then apply again`,
        });
      if (!found(port.base))
        throw new LabwrightError('not_found', `${server} has no NIC ${port.base}`, {
          hint: `name its NIC for network ${network.name}: servers.${server}.nics`,
        });
      await makeFurtherBridge(exec, { bridge: network.bridge, port: port.name, ...port, mtu: network.mtu, alias: bridgeAlias(plan) }, signal);
    };
    const differences = [{ field: 'it', wanted: THERE, found: bridge ? `without ${port.name}, or down` : undefined }];
    return [
      {
        action: 'create',
        kind: 'bridge',
        name: network.bridge,
        on: server,
        consequence: 'live',
        detail: `over ${port.name}, for network ${network.name}`,
        byHand: false,
        differences,
        act,
      },
    ];
  });
}

/** What of it this lab made, by its mark; the server's own bridge has a way back of its own. */
export function furtherBridgeRemovals(plan: LabPlan, server: string, { bridge: { links = [] } }: Found): Change[] {
  const own = placeOf(plan, server).network.bridge;
  const ours = links.filter(({ name, alias }) => alias === bridgeAlias(plan) && name !== own);
  return ours.map(({ name }): Change => ({
    action: 'delete',
    kind: 'bridge',
    name,
    on: server,
    consequence: 'live',
    detail: 'it carries this lab’s mark',
    act: ({ exec }, signal) => removeLinks(exec, [name], signal),
  }));
}
