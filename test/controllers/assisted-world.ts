import type { TestContext } from 'node:test';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { BmcBackend } from '../../src/machines/bmc/bmc.ts';
import type { Admit } from '../../src/rehearsal/api/write/admission.ts';
import { assistedControllers } from '../../src/rehearsal/controllers/assisted/assisted-controllers.ts';
import { clusterControllers } from '../../src/rehearsal/controllers/cluster/cluster-controllers.ts';
import { hiveControllers } from '../../src/rehearsal/controllers/hive/hive-controllers.ts';
import type { FaultBoard, HubDeps } from '../../src/rehearsal/controllers/hub-deps.ts';
import { metal3Controllers } from '../../src/rehearsal/controllers/metal3/metal3-controllers.ts';
import { admitClusterInstance } from '../../src/render/siteconfig/admit-cluster-instance.ts';
import { siteconfigControllers } from '../../src/rehearsal/controllers/siteconfig/siteconfig-controllers.ts';
import type { FaultName } from '../../src/rehearsal/faults.ts';
import type { SimulatedMachines } from '../../src/rehearsal/machines/machines.ts';
import { startHub, type HubHarness } from '../../src/rehearsal/replay/start-hub.ts';
import { ASSISTED_CRDS, realDefinitions } from './real-crds.ts';
import { serveMachines } from '../../src/rehearsal/replay/served-machines.ts';

export interface MachineWorld {
  readonly hub: HubHarness;
  readonly machines: SimulatedMachines;
  /** Their BMCs, without a request in between. */
  readonly backend: BmcBackend;
  /** Sleeps in turns of a simulated minute until the condition holds. @throws Error when it does not within the limit. */
  until(what: string, limitMinutes: number, condition: () => Promise<boolean>): Promise<void>;
  /** Minutes of simulated time since the start. */
  minutes(): number;
}

/**
 * A hub with assisted-service, hive and metal3 before that many machines, master-0 and so on; with `whole` it has the
 * siteconfig operator and the cluster controllers as well, on definitions of ours.
 */
export async function startMachineWorld(
  t: TestContext,
  names: readonly string[],
  faults: FaultBoard = { hits: () => false, spend: () => undefined },
  whole = false,
  machineFaults: ReadonlyMap<string, FaultName> = new Map(),
): Promise<MachineWorld> {
  const admit: Admit = (request) => Promise.resolve(admitClusterInstance(request));
  const hub = await startHub(whole ? { admit } : { definitions: realDefinitions(ASSISTED_CRDS) });
  t.after(() => hub.close());
  const served = await serveMachines(
    hub,
    names.map((name, index) => ({
      name,
      uuid: `00000000-0000-4000-8000-00000000000${index}`,
      mac: `52:54:00:11:00:0${index}`,
      address: `192.168.111.1${index}`,
    })),
    { faults: machineFaults },
  );
  t.after(() => served.close());
  await hub.run((deps, cache) => {
    const shared: HubDeps = {
      ...deps,
      hub: 'hub1',
      seed: 1,
      machines: served.machines,
      bmc: served.openBmc(deps.clock, 'controllers-0'),
      publishIso: served.publishIso,
      imageServiceHost: 'images',
      assistedServiceHost: 'assisted',
      spokeCredentials: ({ name }) => Promise.resolve({ kubeconfig: `kubeconfig of ${name}`, password: 'secret' }),
      faults,
      log: () => undefined,
    };
    const machineControllers = [...metal3Controllers(shared, cache), ...assistedControllers(shared, cache), ...hiveControllers(shared, cache)];
    return whole ? [...clusterControllers(shared, cache), ...siteconfigControllers(shared, cache), ...machineControllers] : machineControllers;
  });
  const startMs = hub.simulated.now();
  const minutes = (): number => (hub.simulated.now() - startMs) / 60_000;
  return {
    hub,
    machines: served.machines,
    backend: served.backend,
    minutes,
    async until(what, limitMinutes, condition) {
      const end = minutes() + limitMinutes;
      while (!(await condition())) {
        if (minutes() > end) throw new Error(`${what}: not within ${limitMinutes} minutes; ${hub.log.slice(-5).join('; ')}`);
        await hub.later(60_000, () => Promise.resolve());
      }
    },
  };
}

const NAMESPACE = 'sno1';
const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJlY29yZGluZ2tleXJlY29yZGluZ2tleXJlY29yZGlu user@example.com';

/** What a ClusterInstance of that many control planes and workers renders to. */
export function clusterObjects(
  name: string,
  nodes: readonly { readonly name: string; readonly role: 'master' | 'worker'; readonly index: number }[],
  install: Readonly<Record<string, unknown>>,
): readonly KubeObject[] {
  const meta = (one: string, rest: object = {}) => ({ name: one, namespace: NAMESPACE, ...rest });
  const masters = nodes.filter(({ role }) => role === 'master').length;
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'hive.openshift.io/v1',
      kind: 'ClusterImageSet',
      metadata: { name: 'img-4.18.10' },
      spec: { releaseImage: 'quay.example.com/ocp/release:4.18.10-x86_64' },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: meta('pull-secret'),
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from('{"auths":{"quay.example.com":{"auth":"eDp5"}}}').toString('base64') },
    },
    {
      apiVersion: 'extensions.hive.openshift.io/v1beta1',
      kind: 'AgentClusterInstall',
      metadata: meta(name),
      spec: {
        clusterDeploymentRef: { name },
        imageSetRef: { name: 'img-4.18.10' },
        networking: {
          clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }],
          serviceNetwork: ['172.30.0.0/16'],
          ...(masters === 1 ? { machineNetwork: [{ cidr: '192.168.111.0/24' }] } : {}),
        },
        provisionRequirements: { controlPlaneAgents: masters, workerAgents: nodes.length - masters },
        sshPublicKey: SSH_KEY,
        ...install,
      },
    },
    {
      apiVersion: 'hive.openshift.io/v1',
      kind: 'ClusterDeployment',
      metadata: meta(name),
      spec: {
        baseDomain: 'lab.example.com',
        clusterName: name,
        clusterInstallRef: { group: 'extensions.hive.openshift.io', kind: 'AgentClusterInstall', name, version: 'v1beta1' },
        platform: { agentBareMetal: { agentSelector: { matchLabels: { 'cluster-name': name } } } },
        pullSecretRef: { name: 'pull-secret' },
      },
    },
    {
      apiVersion: 'agent-install.openshift.io/v1beta1',
      kind: 'InfraEnv',
      metadata: meta(name),
      spec: { clusterRef: { name, namespace: NAMESPACE }, pullSecretRef: { name: 'pull-secret' }, additionalNTPSources: ['ntp1.example.com'] },
    },
    ...nodes.flatMap((node): KubeObject[] => [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: meta(`${node.name}-bmc-secret`),
        type: 'Opaque',
        data: { username: Buffer.from('admin').toString('base64'), password: Buffer.from('password').toString('base64') },
      },
      {
        apiVersion: 'metal3.io/v1alpha1',
        kind: 'BareMetalHost',
        metadata: meta(node.name, {
          labels: { 'infraenvs.agent-install.openshift.io': name },
          annotations: {
            'inspect.metal3.io': 'disabled',
            'bmac.agent-install.openshift.io/hostname': `${node.name}.lab.example.com`,
            'bmac.agent-install.openshift.io/role': node.role,
            'labwright.dev/step': `${name}/apply`,
          },
        }),
        spec: {
          bmc: {
            address: `redfish-virtualmedia+http://bmc/redfish/v1/Systems/00000000-0000-4000-8000-00000000000${node.index}`,
            credentialsName: `${node.name}-bmc-secret`,
            disableCertificateVerification: true,
          },
          bootMACAddress: `52:54:00:11:00:0${node.index}`,
          bootMode: 'UEFI',
          online: true,
          automatedCleaningMode: 'disabled',
          rootDeviceHints: { deviceName: '/dev/sda' },
        },
      },
    ]),
  ];
}
