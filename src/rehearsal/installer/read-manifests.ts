import * as z from 'zod';
import { parse } from 'yaml';
import type { InstallRequest } from './install-request.ts';
import { isInside } from '../../render/cluster-networks.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';

/** A host that metal3 installs. */
const IpiHost = z.object({
  name: z.string(),
  role: z.enum(['master', 'worker', 'arbiter']),
  bmc: z.object({ address: z.string(), username: z.string(), password: z.string() }),
  bootMACAddress: z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i),
  rootDeviceHints: z.object({ serialNumber: z.string().optional() }).optional(),
});

/** The fields of `install-config.yaml` that labwright writes; anything else is left to the real installer. */
const InstallConfig = z.object({
  apiVersion: z.literal('v1'),
  baseDomain: z.string().min(1),
  metadata: z.object({ name: z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/) }),
  controlPlane: z.object({ name: z.literal('master'), replicas: z.int().min(1) }),
  arbiter: z.object({ replicas: z.int() }).optional(),
  compute: z.array(z.object({ name: z.literal('worker'), replicas: z.int().min(0) })).max(1),
  networking: z.object({ machineNetwork: z.array(z.object({ cidr: z.string() })).min(1) }),
  platform: z.union([
    z.object({ none: z.object({}) }),
    z.object({
      baremetal: z.object({
        apiVIPs: z.array(z.string()).min(1),
        ingressVIPs: z.array(z.string()).min(1),
        provisioningNetwork: z.enum(['Managed', 'Unmanaged', 'Disabled']).optional(),
        hosts: z.array(IpiHost).optional(),
      }),
    }),
  ]),
  bootstrapInPlace: z.object({ installationDisk: z.string().min(1) }).optional(),
  pullSecret: z.string(),
  sshKey: z.string().optional(),
});
export type InstallConfig = z.infer<typeof InstallConfig>;

/** The static addresses of an interface in nmstate's form. */
const Addresses = z.object({ address: z.array(z.object({ ip: z.string() })).default([]) }).optional();

const AgentConfig = z.object({
  apiVersion: z.enum(['v1alpha1', 'v1beta1']),
  kind: z.literal('AgentConfig'),
  metadata: z.object({ name: z.string() }),
  rendezvousIP: z.union([z.ipv4(), z.ipv6()]),
  hosts: z
    .array(
      z.object({
        hostname: z.string(),
        role: z.enum(['master', 'worker', 'arbiter']).optional(),
        interfaces: z.array(z.object({ name: z.string(), macAddress: z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i) })).min(1),
        rootDeviceHints: z.object({ serialNumber: z.string().optional() }).optional(),
        networkConfig: z.object({ interfaces: z.array(z.object({ ipv4: Addresses, ipv6: Addresses })).default([]) }).optional(),
      }),
    )
    .default([]),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

/** @throws LabwrightError `bad_input` with every mistake, as the real installer lists them. */
export function readManifests(installConfig: string, agentConfig: string): { readonly install: InstallConfig; readonly agent: AgentConfig } {
  const install = read(InstallConfig, installConfig, 'install-config.yaml');
  const agent = read(AgentConfig, agentConfig, 'agent-config.yaml');
  refuse([...platformMistakes(install), ...pullSecretMistakes(install), ...hostMistakes(install, agent), ...addressMistakes(install, agent)]);
  return { install, agent };
}

/** Of a single node that is its own bootstrap. @throws LabwrightError `bad_input` with every mistake. */
export function readInPlaceConfig(text: string): InstallConfig {
  const install = read(InstallConfig, text, 'install-config.yaml');
  const { platform, bootstrapInPlace } = install;
  refuse([
    ...('none' in platform ? noneMistakes(install) : ['bootstrapInPlace: platform none is required']),
    ...(bootstrapInPlace ? [] : ['bootstrapInPlace.installationDisk: required for single-node-ignition-config']),
    ...pullSecretMistakes(install),
  ]);
  return install;
}

/** Of a cluster whose machines and load balancer somebody else makes. @throws LabwrightError `bad_input` with every mistake. */
export function readUpiConfig(text: string): InstallConfig {
  const install = read(InstallConfig, text, 'install-config.yaml');
  const { platform, compute } = install;
  refuse([
    ...('none' in platform ? [] : ['platform: its machines boot ignition by themselves, which takes platform none']),
    ...((compute[0]?.replicas ?? 0) === 0 ? [] : ['compute[0].replicas: machines that join by themselves are not counted: 0 is required']),
    ...(install.bootstrapInPlace ? ['bootstrapInPlace: it is for a single node'] : []),
    ...pullSecretMistakes(install),
  ]);
  return install;
}

/** Of a cluster whose hosts the installer drives through their BMCs. @throws LabwrightError `bad_input` with every mistake. */
export function readIpiConfig(text: string): { readonly install: InstallConfig; readonly hosts: InstallRequest['hosts'] } {
  const install = read(InstallConfig, text, 'install-config.yaml');
  const { platform, controlPlane, compute } = install;
  const { hosts = [], provisioningNetwork } = 'none' in platform ? {} : platform.baremetal;
  const expected = { master: controlPlane.replicas, worker: compute[0]?.replicas ?? 0, arbiter: install.arbiter?.replicas ?? 0 };
  const counts = (['master', 'worker', 'arbiter'] as const).filter((role) => hosts.filter((host) => host.role === role).length < expected[role]);
  const media = hosts.filter(({ bmc }) => provisioningNetwork === 'Disabled' && !/-virtualmedia(\+https?)?:/.test(bmc.address));
  refuse([
    ...('none' in platform ? ['platform: baremetal is required to create hosts'] : platformMistakes(install)),
    ...counts.map((role) => `platform.baremetal.hosts: fewer hosts with role ${role} than the ${expected[role]} replicas`),
    ...repeated(hosts.map(({ bootMACAddress }) => bootMACAddress.toLowerCase())).map((mac) => `platform.baremetal.hosts: duplicate bootMACAddress ${mac}`),
    ...repeated(hosts.map(({ name }) => name)).map((name) => `platform.baremetal.hosts: duplicate name ${name}`),
    ...repeated(hosts.map(({ bmc }) => bmc.address)).map((address) => `platform.baremetal.hosts: duplicate BMC address ${address}`),
    ...media.map(({ name }) => `platform.baremetal.hosts: ${name} has a BMC without virtual media, and there is no provisioning network`),
    ...pullSecretMistakes(install),
  ]);
  return {
    install,
    hosts: hosts.map(({ name, role, bmc, rootDeviceHints }) => ({
      name,
      role: role === 'worker' ? role : 'master',
      ...bmc,
      disk: rootDeviceHints?.serialNumber ?? '',
    })),
  };
}

function refuse(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new LabwrightError('bad_input', `invalid install configuration: ${mistakes.join('; ')}`);
}

function read<T>(shape: z.ZodType<T>, content: string, file: string): T {
  let parsed: unknown;
  try {
    parsed = parse(content);
  } catch (error) {
    throw new LabwrightError('bad_input', `failed to unmarshal ${file}: ${messageOf(error)}`, { cause: error });
  }
  const result = shape.safeParse(parsed);
  if (result.success) return result.data;
  throw new LabwrightError('bad_input', `invalid ${file}: ${result.error.issues.flatMap((issue) => issueLines(issue)).join('; ')}`);
}

/** Of several allowed forms, what each of them lacks. */
function issueLines(issue: z.core.$ZodIssue, before: readonly PropertyKey[] = []): string[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap((inner) => issueLines(inner, path));
  return [`${path.join('.')}: ${issue.message}`];
}

/** Platform none of a single node. */
function noneMistakes({ controlPlane, compute }: InstallConfig): string[] {
  const workers = compute[0]?.replicas ?? 0;
  const single = controlPlane.replicas === 1 && workers === 0;
  return single ? [] : [`platform none needs 1 control plane replica and 0 compute replicas, got ${controlPlane.replicas} and ${workers}`];
}

function platformMistakes(install: InstallConfig): string[] {
  const { platform, controlPlane, networking } = install;
  if ('none' in platform) return noneMistakes(install);
  const networks = networking.machineNetwork.map(({ cidr }) => cidr);
  const { apiVIPs, ingressVIPs } = platform.baremetal;
  const outside = [...apiVIPs, ...ingressVIPs].filter((vip) => !networks.some((cidr) => isInside(vip, cidr)));
  return [
    ...outside.map((vip) => `platform.baremetal: IP expected to be in one of the machine networks: ${networks.join(',')}: ${vip}`),
    ...apiVIPs.filter((vip) => ingressVIPs.includes(vip)).map((vip) => `platform.baremetal.apiVIPs: VIP for API must not be one of the Ingress VIPs: ${vip}`),
    ...(controlPlane.replicas < 2 ? ['platform baremetal needs at least 2 control plane replicas'] : []),
  ];
}

/** Its content is not in the message: that would be a secret in a log. */
function pullSecretMistakes({ pullSecret }: InstallConfig): string[] {
  try {
    const { auths } = JSON.parse(pullSecret) as { auths?: object };
    return auths && Object.keys(auths).length > 0 ? [] : ['pullSecret: auths required'];
  } catch {
    return ['pullSecret: it is not JSON'];
  }
}

/** Hosts that are given are all there are: labwright knows each machine of its clusters. */
function hostMistakes({ controlPlane, compute, arbiter }: InstallConfig, { hosts }: AgentConfig): string[] {
  const expected = { master: controlPlane.replicas, worker: compute[0]?.replicas ?? 0, arbiter: arbiter?.replicas ?? 0 };
  const counts = (['master', 'worker', 'arbiter'] as const)
    .map((role) => ({ role, count: hosts.filter((host) => (host.role ?? 'master') === role).length }))
    .filter(({ role, count }) => count !== expected[role])
    .map(
      ({ role, count }) =>
        `the number of hosts with role ${role} (${count}) is ${count > expected[role] ? 'more' : 'less'} than the replicas (${expected[role]})`,
    );
  const macs = hosts.flatMap(({ interfaces }) => interfaces.map(({ macAddress }) => macAddress.toLowerCase()));
  return [
    ...counts,
    ...repeated(macs).map((mac) => `hosts.interfaces.macAddress: duplicate MAC address found: ${mac}`),
    ...repeated(hosts.map(({ hostname }) => hostname)).map((name) => `hosts.hostname: duplicate hostname found: ${name}`),
  ];
}

/** Only of hosts with static addresses: where DHCP gives them, nobody knows them yet. */
function addressMistakes({ platform }: InstallConfig, { hosts, rendezvousIP }: AgentConfig): string[] {
  const nodes = hosts.map((host) => ({ ...host, addresses: addressesOf(host) }));
  const vips = 'none' in platform ? [] : [...platform.baremetal.apiVIPs, ...platform.baremetal.ingressVIPs];
  const taken = vips.flatMap((vip) =>
    nodes.filter(({ addresses }) => addresses.includes(vip)).map(({ hostname }) => `platform.baremetal: VIP ${vip} is the address of ${hostname}`),
  );
  const controlPlanes = nodes.filter(({ role }) => (role ?? 'master') === 'master');
  const known = controlPlanes.length > 0 && controlPlanes.every(({ addresses }) => addresses.length > 0);
  const other = known && !controlPlanes.some(({ addresses }) => addresses.includes(rendezvousIP));
  return [...taken, ...(other ? [`rendezvousIP: ${rendezvousIP} is not the address of a control plane host`] : [])];
}

function addressesOf({ networkConfig }: AgentConfig['hosts'][number]): string[] {
  return (networkConfig?.interfaces ?? []).flatMap(({ ipv4, ipv6 }) => [...(ipv4?.address ?? []), ...(ipv6?.address ?? [])].map(({ ip }) => ip));
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
