import { addressAt, parseBlock } from '../../lab/ip.ts';
import type { LabPlan } from '../../lab/plan.ts';
import { placeOf } from '../../render/bridge.ts';
import { renderChrony, renderServerChrony, timedNetworks } from '../../render/chrony.ts';
import { isIntact } from '../../render/sealed.ts';
import { LabwrightError } from '../../util/errors.ts';
import { loadChrony, removeChrony, type ChronyState } from '../doors/chrony.ts';
import type { Change } from './change.ts';
import { THERE, type Difference } from './difference.ts';
import { lineDiff, lineDifferences } from './line-differences.ts';

/**
 * What has to be done for a host to have the lab's time: the jumphost gives it to every network, servers take it from there. A server that is also the
 * jumphost, as in a NAT lab, has it already.
 */
export function timeChanges(plan: LabPlan, host: string, state: ChronyState | undefined): Change[] {
  const part = partOf(plan, host);
  if (state === undefined || part === undefined) return [];
  const { installed, text, included, running, stale } = state;
  const lines = text === part ? [] : text === undefined ? [{ field: 'it', wanted: THERE, found: undefined }] : lineDifferences(text, part);
  const inForce: Difference[] = [
    ...(included ? [] : [{ field: state.mainPath, wanted: `a line for ${state.path}`, found: undefined }]),
    ...(running ? [] : [{ field: 'power', wanted: 'running', found: 'stopped' }]),
    ...(running && (stale || !isServed(plan, host, state)) ? [{ field: 'configuration', wanted: 'in force', found: 'not read' }] : []),
  ];
  const differences = text !== undefined && text !== part && lines.length === 0 ? [{ field: 'text', wanted: 'as written', found: 'changed' }] : lines;
  if (differences.length + inForce.length === 0) return [];
  const act: Change['act'] = async ({ exec }, signal) => {
    if (!installed)
      throw new LabwrightError('not_found', `${host} has no chrony, which keeps the time of lab ${plan.lab}`, { hint: 'labwright lab prepare installs it' });
    await loadChrony(exec, state, part, signal);
  };
  const what = host === plan.jumphost.name ? `gives the time to ${timedNetworks(plan).join(', ')}` : `takes the time from ${plan.jumphost.address}`;
  const why =
    text === undefined ? '' : `: ${[lineDiff(lines), ...inForce.map(({ field, found }) => `${field} ${found ?? 'missing'}`)].filter(Boolean).join(', ')}`;
  return [
    {
      action: text === undefined ? 'create' : 'update',
      kind: 'time',
      name: plan.lab,
      on: host,
      consequence: 'live',
      detail: `${what}${why}`,
      byHand: text !== undefined && (!isIntact(text) || text === part),
      differences: [...differences, ...(text === undefined ? [] : inForce)],
      act,
    },
  ];
}

/** The lab's part is taken away; chrony and what else it was told stay. */
export function timeRemovals(plan: LabPlan, host: string, state: ChronyState | undefined): Change[] {
  if (state?.text === undefined || partOf(plan, host) === undefined) return [];
  const act: Change['act'] = ({ exec }, signal) => removeChrony(exec, state, signal);
  return [{ action: 'delete', kind: 'time', name: plan.lab, on: host, consequence: 'live', detail: `${state.path} of chrony`, act }];
}

/** One address of each network that the jumphost gives the time to, to ask chrony about it. */
export function timedAddresses(plan: LabPlan): string[] {
  return timedNetworks(plan).map((cidr) => addressAt(parseBlock(cidr)!, 2));
}

function isServed(plan: LabPlan, host: string, { serves, sources }: ChronyState): boolean {
  return host === plan.jumphost.name ? timedAddresses(plan).every((address) => serves.has(address)) : sources.includes(plan.jumphost.address);
}

/** undefined for a host whose time is somebody else's matter. */
function partOf(plan: LabPlan, host: string): string | undefined {
  if (host === plan.jumphost.name) return renderChrony(plan);
  const { server, network } = placeOf(plan, host);
  return network.mode === 'nat' || server.address === plan.jumphost.address ? undefined : renderServerChrony(plan);
}
