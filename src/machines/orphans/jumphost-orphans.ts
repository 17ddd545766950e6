import type { LabPlan } from '../../lab/plan.ts';
import { OWNER_HEADER } from '../../render/dnsmasq.ts';
import type { Exec } from '../../util/exec.ts';
import { loadDnsmasq } from '../doors/dnsmasq.ts';
import { firewallPath } from '../doors/firewall.ts';
import { readTree, removePaths } from '../doors/files.ts';
import { plannedFiles, type JumphostState } from '../jumphost.ts';
import { ownerOf, type Orphan } from './orphan.ts';

/** Where dnsmasq's files are, a lab's own and everybody's. */
const FOLDERS = ['/etc/labwright', '/etc/dnsmasq.d'];

/** Every dnsmasq file of the jumphost outside the folders that an apply compares, path to text. */
export function observeDnsmasqFiles(exec: Exec, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  return readTree(exec, FOLDERS, signal);
}

/** Files of dnsmasq that are not planned, and leases of MACs that nobody has. */
export function jumphostOrphans(plan: LabPlan, state: JumphostState, others: ReadonlyMap<string, string>): Orphan[] {
  const on = plan.jumphost.name;
  const planned = plannedFiles(plan, state);
  const files = [...new Map([...others, ...state.files])].flatMap(([path, text]): Orphan[] => {
    if (planned.has(path) || path === firewallPath(plan)) return [];
    const lab = labIn(text);
    const owner = ownerOf(plan.lab, lab);
    const evidence = lab === undefined ? 'it does not begin with labwright’s line' : `its first line names lab ${lab}`;
    return [
      { on, kind: 'dnsmasq-file', name: path, owner, evidence, ...(owner === 'ours' && { remove: ({ exec }, signal) => removePaths(exec, [path], signal) }) },
    ];
  });
  const macs = new Map(plan.machines.map(({ mac, name }) => [mac, name]));
  const leases = state.dnsmasq.leases.flatMap((lease): Orphan[] => {
    const { mac, address } = lease;
    if (macs.has(mac)) return [];
    const { loaded, running } = state.dnsmasq;
    const remove: Orphan['remove'] = async ({ exec }, signal) => {
      if (loaded && running) await loadDnsmasq(exec, plan, { restart: true, files: loaded, staleLeases: [lease], records: [] }, signal);
    };
    return [
      { on, kind: 'lease', name: `${address} of ${mac}`, owner: 'ours', evidence: 'in the lease file of this lab, for a MAC that it does not plan', remove },
    ];
  });
  return [...files, ...leases];
}

function labIn(text: string): string | undefined {
  return text.startsWith(OWNER_HEADER) ? text.slice(OWNER_HEADER.length, text.indexOf('\n')) : undefined;
}
