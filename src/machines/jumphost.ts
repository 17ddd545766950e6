import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import { renderDnsmasq } from '../render/dnsmasq.ts';
import { isLabwrightError, LabwrightError, messageOf } from '../util/errors.ts';
import type { Exec } from '../util/exec.ts';
import type { Change } from './changes/change.ts';
import { lineDiff, lineDifferences } from './changes/line-differences.ts';
import { timeChanges, timedAddresses } from './changes/time-changes.ts';
import { observeChrony, type ChronyState } from './doors/chrony.ts';
import { hashFiles, loadDnsmasq, observeDnsmasq, removeDnsmasq, stopDnsmasq, type DhcpLease, type DnsmasqState, type Load } from './doors/dnsmasq.ts';
import { observeFirewall, type FirewallState } from './doors/firewall.ts';
import { observeFirewalld, type FirewalldState } from './doors/firewalld.ts';
import { firewallChanges } from './changes/firewall-changes.ts';
import { readTree, removePaths, writeTextFile } from './doors/files.ts';
import { labPaths } from './lab-paths.ts';
import { outsideResolvers } from './outside-resolvers.ts';
import { expectedRecords } from './preflight/expected-records.ts';
import { runScript } from './doors/run-script.ts';
import { servedByLibvirt } from './served-by-libvirt.ts';
import { testConfiguration, type WantedRecord } from './doors/test-dnsmasq.ts';

/** The jumphost as it was found. */
export interface JumphostState {
  readonly dnsmasq: DnsmasqState;
  /** The lab's files there, path to text. */
  readonly files: ReadonlyMap<string, string>;
  /** Addresses of the NIC that faces the servers; undefined when there is no such NIC. */
  readonly nicAddresses: readonly string[] | undefined;
  /** Resolvers it uses itself, for names outside the lab. */
  readonly resolvers: readonly string[];
  /** Clusters whose kubeconfig is kept there. */
  readonly kubeconfigs?: readonly string[];
  /** Machines of which it is noted there when they were installed. */
  readonly installations?: readonly string[];
  readonly firewall?: FirewallState | undefined;
  readonly firewalld?: FirewalldState;
  readonly time?: ChronyState;
}

export async function observeJumphost(exec: Exec, plan: LabPlan, signal: AbortSignal): Promise<JumphostState> {
  const { confDir, stateDir, kubeconfigsDir, installationsDir } = labPaths(plan);
  const files = await readTree(exec, [confDir, `${stateDir}/dhcp-hosts.d`], signal);
  const script = `ip -o -4 address show dev "$1" 2>/dev/null | awk '{print $4}' || exit 0; ip link show dev "$1" >/dev/null 2>&1 && echo there
printf '\\0'; cat /run/systemd/resolve/resolv.conf 2>/dev/null || cat /etc/resolv.conf 2>/dev/null; printf '\\0'; ls "$2" 2>/dev/null; printf '\\0'; ls "$3" 2>/dev/null; exit 0`;
  const look = { purpose: 'say what addresses it has', text: script, args: [plan.jumphost.nic, kubeconfigsDir, installationsDir] };
  const [said, dnsmasq, firewall, firewalld, time] = await Promise.all([
    runScript(exec, look, { signal }),
    observeDnsmasq(exec, plan, signal),
    observeFirewall(exec, plan, signal),
    observeFirewalld(exec, plan, signal),
    observeChrony(exec, plan, timedAddresses(plan), signal),
  ]);
  const [nic = '', resolv = '', kept = '', installed = ''] = said.stdout.split('\0');
  const lines = nic.split('\n').filter((line) => line !== '');
  return {
    dnsmasq,
    firewall,
    firewalld,
    time,
    files,
    nicAddresses: lines.includes('there') ? lines.filter((line) => line !== 'there').map((line) => line.replace(/\/.*/, '')) : undefined,
    kubeconfigs: kept.split('\n').filter((name) => name !== ''),
    installations: installed.split('\n').filter((name) => name !== ''),
    resolvers: [...resolv.matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1]!),
  };
}

/** What has to be done on the jumphost: reservations first, then names, then dnsmasq itself. */
export function jumphostChanges(plan: LabPlan, state: JumphostState, wanted: (change: Change) => boolean = () => true): Change[] {
  const time = timeChanges(plan, plan.jumphost.name, state.time).filter(wanted);
  if (servedByLibvirt(plan)) return time;
  const planned = plannedFiles(plan, state);
  const on = plan.jumphost.name;
  const { loaded } = state.dnsmasq;
  const had = hashFiles(plan, state.files);
  /** As the files will be: other than planned where changes are not wanted. */
  const after = new Map(state.files);
  const changes: Change[] = [];
  for (const path of new Set([...planned.keys(), ...state.files.keys()])) {
    const [before, text] = [state.files.get(path), planned.get(path)];
    if (before === text) continue;
    const action = text === undefined ? 'delete' : before === undefined ? 'create' : 'update';
    const act: Change['act'] = async ({ exec }, signal) =>
      text === undefined ? removePaths(exec, [path], signal) : void (await writeTextFile(exec, { path, text }, signal));
    const differences = lineDifferences(before ?? '', text ?? '');
    const byHand = loaded !== undefined && loaded.each.get(path) !== had.each.get(path);
    const change: Change = { ...labelOf(plan, path), action, on, consequence: 'live', detail: lineDiff(differences), byHand, differences, act };
    if (!wanted(change)) continue;
    changes.push(change);
    if (text === undefined) after.delete(path);
    else after.set(path, text);
  }
  changes.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  // Where others are left as they are, what they lack is not loaded either, unless something wanted has to be.
  const partial = [...planned.keys()].some((path) => after.get(path) !== planned.get(path)) || after.size !== planned.size;
  const load = partial && changes.length === 0 && state.dnsmasq.running ? undefined : loadChange(plan, state, after, changes);
  const served = load && wanted(load) ? [...checkFirst(plan, state, after, changes), load] : changes;
  // Rules come last: whoever asks for DHCP and DNS finds them behind them.
  return [...served, ...firewallChanges(plan, state).filter(wanted), ...time];
}

const ORDER = ['dhcp-host', 'dns-record', 'dns-server'];

/** Nothing is written before the jumphost has its NIC, and dnsmasq was seen to answer rightly with the whole. */
function checkFirst(plan: LabPlan, state: JumphostState, after: ReadonlyMap<string, string>, changes: readonly Change[]): Change[] {
  const [first, ...rest] = changes;
  if (!first) return [];
  const act: Change['act'] = async (host, signal) => {
    const { nic, address, name } = plan.jumphost;
    if (state.nicAddresses?.includes(address) !== true) {
      const found = state.nicAddresses ? `has ${state.nicAddresses.join(', ') || 'no address'}` : 'is not there';
      throw new LabwrightError('not_found', `${nic} of ${name} does not have ${address}: it ${found}`, {
        hint: 'give the jumphost its address, or name the NIC that faces the servers in the lab file',
      });
    }
    await testConfiguration(host.exec, plan, { files: after, records: recordsOf(plan, state, after) }, signal);
    await first.act(host, signal);
  };
  return [{ ...first, act }, ...rest];
}

/** What was changed by hand may have been loaded by hand too, so a file put right is loaded again. */
function loadChange(plan: LabPlan, state: JumphostState, after: ReadonlyMap<string, string>, changes: readonly Change[]): Change | undefined {
  const { running, loaded, leases } = state.dnsmasq;
  const files = hashFiles(plan, after);
  const staleLeases = staleOf(plan, leases);
  const confChanged = loaded?.conf !== files.conf || changes.some(({ kind }) => kind !== 'dhcp-host');
  // A new reservation is live without a signal; one that was taken away is not.
  const hostsChanged = loaded?.hosts !== files.hosts || changes.some(({ kind, action }) => kind === 'dhcp-host' && action === 'delete');
  const restart = !running || confChanged || staleLeases.length > 0;
  if (!restart && !hostsChanged) return undefined;
  const reasons = [
    ...(running ? [] : ['it does not run']),
    ...(running && confChanged ? ['its configuration changed'] : []),
    ...(hostsChanged ? ['its reservations changed'] : []),
    ...staleLeases.map(({ mac, address }) => `${mac} still has a lease on ${address}`),
  ];
  const load: Load = { restart, files, staleLeases, records: recordsOf(plan, state, after) };
  const act: Change['act'] = async ({ exec }, signal) => {
    try {
      await loadDnsmasq(exec, plan, load, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (isLabwrightError(cause) && cause.code === 'unreachable') throw cause;
      await goBack(exec, plan, state, after, signal);
      const now = state.dnsmasq.running ? 'the former configuration is in use again' : 'it does not run, as before';
      throw new LabwrightError('refused', `${messageOf(cause)}; ${now}`, {
        cause,
        ...(isLabwrightError(cause) && cause.hint !== undefined && { hint: cause.hint }),
      });
    }
  };
  const detail = `${restart ? 'restart' : 'reload'}: ${reasons.join(', ')}`;
  const stopped = !running && loaded !== undefined ? { byHand: true, differences: [{ field: 'power', wanted: 'running', found: 'stopped' }] } : {};
  return { action: running ? 'update' : 'create', kind: 'dnsmasq', name: plan.lab, on: plan.jumphost.name, consequence: 'live', detail, ...stopped, act };
}

/** Puts back what was there before a change of `after`'s files, and lets dnsmasq read it. */
async function goBack(exec: Exec, plan: LabPlan, state: JumphostState, after: ReadonlyMap<string, string>, signal: AbortSignal): Promise<void> {
  const { running, loaded } = state.dnsmasq;
  if (state.files.size === 0) return removeDnsmasq(exec, plan, signal);
  for (const [path, text] of state.files) if (after.get(path) !== text) await writeTextFile(exec, { path, text }, signal);
  const added = [...after.keys()].filter((path) => !state.files.has(path));
  await removePaths(exec, added, signal);
  if (!running || loaded === undefined) return stopDnsmasq(exec, plan, signal);
  await loadDnsmasq(exec, plan, { restart: true, files: loaded, staleLeases: [], records: [] }, signal);
}

/**
 * How names must be answered with these files: those of clusters whose files are as planned, and that clusters without
 * files have none.
 */
export function recordsOf(plan: LabPlan, state: JumphostState, files: ReadonlyMap<string, string>): readonly WantedRecord[] {
  const planned = plannedFiles(plan, state);
  const { confDir } = labPaths(plan);
  const fileOf = (cluster: PlannedCluster): string => `${confDir}/20-cluster-${cluster.name}.conf`;
  const served = plan.clusters.filter((one) => one.active && files.has(fileOf(one)) && files.get(fileOf(one)) === planned.get(fileOf(one)));
  const gone = plan.clusters.filter((one) => !files.has(fileOf(one)));
  return [
    ...expectedRecords({ ...plan, clusters: served }),
    ...gone.map(({ name, baseDomain }) => ({ name: `api.${name}.${baseDomain}`, type: 'A', status: 'NXDOMAIN', data: [] }) as const),
  ];
}

/** The files of the lab on the jumphost, path to text. */
export function plannedFiles(plan: LabPlan, state: JumphostState): ReadonlyMap<string, string> {
  const upstreams = plan.jumphost.uplink === undefined ? [] : outsideResolvers(plan, state);
  return renderDnsmasq(plan, { ...labPaths(plan), interface: plan.jumphost.nic, upstreams });
}

/**
 * Leases that would keep a machine from its address, or that nobody has any more. The VMs of a cluster that was released
 * keep theirs: they run on with them, and would not ask again before half their time has passed.
 */
function staleOf(plan: LabPlan, leases: readonly DhcpLease[]): DhcpLease[] {
  const nodes = plan.clusters.flatMap(({ active, nodes: all, bootstrap }) => [...all, ...(bootstrap ? [bootstrap] : [])].map((node) => ({ ...node, active })));
  const held = nodes.filter(({ active }) => active);
  return leases.filter(({ mac, address }) => {
    const owners = held.filter((node) => node.addresses.includes(address) || node.mac === mac);
    const rightly = owners.length > 0 ? owners : nodes.filter((node) => node.mac === mac);
    return rightly.length === 0 || !rightly.every((node) => node.mac === mac && node.addresses.includes(address));
  });
}

function labelOf(plan: LabPlan, path: string): Pick<Change, 'kind' | 'name' | 'cluster'> {
  const { stateDir, confDir } = labPaths(plan);
  if (path.startsWith(`${stateDir}/`)) {
    const cluster = path.slice(path.lastIndexOf('/') + 1);
    return { kind: 'dhcp-host', name: cluster, cluster };
  }
  const cluster = /\/20-cluster-(.+)\.conf$/.exec(path)?.[1];
  return cluster === undefined ? { kind: 'dns-server', name: path.slice(confDir.length + 1) } : { kind: 'dns-record', name: cluster, cluster };
}
