import type { LabPlan } from '../../lab/plan.ts';
import { firewalldNames, renderFirewalld } from '../../render/firewalld.ts';
import { LabwrightError } from '../../util/errors.ts';
import { firewallDiffers, loadFirewall, removeFirewall, type FirewallState } from '../doors/firewall.ts';
import { loadFirewalld, removeFirewalld, type FirewalldState } from '../doors/firewalld.ts';
import type { Change } from './change.ts';

/** The two programs that can hold the lab's rules on the jumphost; never both at once. */
interface Found {
  readonly firewall?: FirewallState | undefined;
  readonly firewalld?: FirewalldState | undefined;
}

/** What has to be done for the planned rules, and no others of the lab's, to be in force: what the other program has goes first. */
export function firewallChanges(plan: LabPlan, found: Found): Change[] {
  const kind = plan.jumphost.services.firewall;
  const other = kind === 'none' ? 'the lab file leaves the firewall alone' : `${kind} has the rules`;
  const gone = firewallRemovals(plan, {
    firewall: kind === 'nftables' ? undefined : found.firewall,
    firewalld: kind === 'firewalld' ? undefined : found.firewalld,
  });
  const removals = gone.map((change) => ({ ...change, detail: `${change.detail}: ${other}` }));
  if (kind === 'nftables') return [...removals, ...nftablesChanges(plan, found)];
  return kind === 'firewalld' ? [...removals, ...firewalldChanges(plan, found.firewalld)] : removals;
}

/** What of it this lab made. */
export function firewallRemovals(plan: LabPlan, { firewall, firewalld }: Found): Change[] {
  const base = { action: 'delete', kind: 'firewall', name: plan.lab, on: plan.jumphost.name, consequence: 'live' } as const;
  const table: Change = { ...base, detail: 'its table of nftables', act: ({ exec }, signal) => removeFirewall(exec, plan, signal) };
  const zones: Change = { ...base, detail: 'its zones of firewalld', act: ({ exec }, signal) => removeFirewalld(exec, plan, signal) };
  return [...(firewall?.file === undefined ? [] : [table]), ...(firewalld && firewalld.files.size > 0 ? [zones] : [])];
}

function nftablesChanges(plan: LabPlan, { firewall, firewalld }: Found): Change[] {
  if (firewall && !firewallDiffers(plan, firewall)) return [];
  const { name: on, nic, uplink } = plan.jumphost;
  const byHand = firewall?.file !== undefined && firewall.table !== 'unchanged';
  const differences = [{ field: 'table', wanted: 'as loaded', found: firewall?.table }];
  const detail = `what the lab reaches on ${on} by ${nic}${uplink === undefined ? '' : `, NAT to ${uplink}`}${byHand ? `; its table is ${firewall.table}` : ''}`;
  const act: Change['act'] = async (host, signal) => {
    if (firewalld?.running)
      throw new LabwrightError('conflict', `firewalld runs on ${on}: what it drops, no table of nftables lets in`, {
        hint: 'write services.firewall: firewalld, or stop it (systemctl disable --now firewalld)',
      });
    await loadFirewall(host, plan, signal);
  };
  return [
    { kind: 'firewall', name: plan.lab, on, consequence: 'live', action: firewall?.file === undefined ? 'create' : 'update', detail, byHand, differences, act },
  ];
}

function firewalldChanges(plan: LabPlan, state: FirewalldState | undefined): Change[] {
  const planned = renderFirewalld(plan);
  const same = state !== undefined && state.files.size === planned.size && [...planned].every(([path, text]) => state.files.get(path) === text);
  if (same && state.running && state.filesIntact && state.rulesIntact) return [];
  const { name: on, nic, uplink } = plan.jumphost;
  const { zone, outside } = firewalldNames(plan);
  const applied = state !== undefined && state.files.size > 0;
  const fault = !applied ? undefined : !state.running ? 'stopped' : !state.filesIntact || !state.rulesIntact ? 'changed' : undefined;
  const detail = `${nic} is moved to zone ${zone}${uplink === undefined ? '' : `, ${uplink} to ${outside} (ssh, NAT)`}; what others opened without --permanent closes${fault === undefined ? '' : `; it was ${fault}`}`;
  const act: Change['act'] = async (host, signal) => {
    if (!state?.installed || !state.running)
      throw new LabwrightError('not_found', `firewalld does not run on ${on}`, {
        hint: 'labwright lab prepare installs and starts it; or write services.firewall: nftables',
      });
    await loadFirewalld(host, plan, signal);
  };
  const differences = [{ field: 'zones', wanted: 'as loaded', found: fault }];
  return [
    { kind: 'firewall', name: plan.lab, on, consequence: 'live', action: applied ? 'update' : 'create', detail, byHand: fault !== undefined, differences, act },
  ];
}
