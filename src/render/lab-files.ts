import { stringify } from 'yaml';
import { planIndex } from '../lab/plan-index.ts';
import type { LabPlan, PlannedCluster } from '../lab/plan.ts';
import { renderAgentConfig } from './agent-config.ts';
import { placeOf, renderBridgeScript } from './bridge.ts';
import { renderChrony, renderServerChrony } from './chrony.ts';
import { renderClusterInstance } from './cluster-instance.ts';
import { renderDnsmasq } from './dnsmasq.ts';
import { renderFirewalld } from './firewalld.ts';
import { renderInstallConfig } from './install-config.ts';
import { renderLibvirtDomain } from './libvirt-domain.ts';
import { renderLibvirtNetwork } from './libvirt-network.ts';
import { networksOn } from './networks-on.ts';
import { renderNftables } from './nftables.ts';
import { renderServerNmstate } from './server-nmstate.ts';

/** Folders on the hosts: see `LabPaths`. */
export interface LabFolders {
  readonly imagesDir: string;
  readonly consolesDir: string;
  readonly logsDir: string;
  readonly confDir: string;
  readonly stateDir: string;
}

/** Stands where a secret belongs: nothing here reads one. */
const NO_PULL_SECRET = '{"auths":{}}';

/** Every text of a lab, by HOST/NAME or cluster/NAME/FILE: for people who put them in place by other means, and to see what apply would. */
export function renderLab(plan: LabPlan, folders: LabFolders): ReadonlyMap<string, string> {
  return new Map([
    ...jumphostFiles(plan, folders),
    ...plan.servers.flatMap(({ name }) => serverFiles(plan, name, folders)),
    ...plan.clusters.flatMap((one) => clusterFiles(plan, one)),
  ]);
}

type File = readonly [path: string, text: string];

function jumphostFiles(plan: LabPlan, folders: LabFolders): File[] {
  const { name, nic, uplink, services } = plan.jumphost;
  const firewall: File[] =
    services.firewall === 'nftables'
      ? [[`${name}/nftables.nft`, renderNftables(plan)]]
      : services.firewall === 'firewalld'
        ? [...renderFirewalld(plan)].map(([path, text]) => [`${name}/firewalld/${path}`, text])
        : [];
  // The resolvers that it uses itself are known on the jumphost only.
  const dnsmasq = plan.networks.every(({ mode }) => mode === 'nat') ? [] : [...renderDnsmasq(plan, { ...folders, interface: nic, upstreams: [] })];
  const routing: File[] = uplink === undefined ? [] : [[`${name}/sysctl.conf`, 'net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n']];
  return [...dnsmasq.map(([path, text]): File => [`${name}${path}`, text]), [`${name}/chrony.conf`, renderChrony(plan)], ...routing, ...firewall];
}

function serverFiles(plan: LabPlan, server: string, folders: LabFolders): File[] {
  const { network } = placeOf(plan, server);
  const links: File[] =
    network.mode === 'nat'
      ? []
      : [
          [`${server}/nmstate.yml`, renderServerNmstate(plan, { server })],
          ...(network.vlan === undefined ? [[`${server}/bridge.sh`, renderBridgeScript(plan, { server })] as const] : []),
          [`${server}/chrony.conf`, renderServerChrony(plan)],
        ];
  const networks = networksOn(plan, server).map((one): File => [`${server}/network-${one.name}.xml`, renderLibvirtNetwork(plan, { network: one.name })]);
  const domains = (planIndex(plan).vms.get(server) ?? []).map(({ name }): File => [
    `${server}/domain-${name}.xml`,
    renderLibvirtDomain(plan, { ...folders, machine: name, spec: 'sha256:', generation: 1 }),
  ]);
  return [...links, ...networks, ...domains];
}

function clusterFiles(plan: LabPlan, cluster: PlannedCluster): File[] {
  const { name, install } = cluster;
  const file = (path: string, text: string): File => [`cluster/${name}/${path}`, text];
  if (install === 'none') return [];
  if (install === 'clusterinstance') {
    const instance = renderClusterInstance(plan, { cluster: name, clusterImageSet: 'CLUSTER-IMAGE-SET', sshPublicKey: undefined, step: 'lab/render' });
    return [file('cluster-instance.yaml', stringify(instance))];
  }
  const installConfig = file('install-config.yaml', renderInstallConfig(plan, { cluster: name, pullSecret: NO_PULL_SECRET, sshKey: undefined }));
  const byAgent = install === 'abi' || install === 'assisted';
  return [installConfig, ...(byAgent ? [file('agent-config.yaml', renderAgentConfig(plan, { cluster: name, ntpSources: [plan.jumphost.address] }))] : [])];
}
