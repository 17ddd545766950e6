import { textAt } from './read-object.ts';
import {
  agents,
  agentsInStage,
  agentsInState,
  clusterInstance,
  conditionIs,
  failedInstall,
  failedPreparation,
  hostError,
  hostsWithoutAgent,
  ignoredInstance,
  importedSilently,
  infraEnvs,
  install,
  invalidCluster,
  managedCluster,
  type Sees,
} from './symptoms.ts';

/** When a symptom is believed: as soon as it has lasted `tolerateMs`, or when it has come `times` times. */
export interface FailFastRule {
  readonly id: string;
  readonly sees: Sees;
  readonly tolerateMs: number;
  readonly times?: number;
  readonly hint: string;
}

const SECOND = 1000;
const MINUTE = 60_000;

/**
 * What is refused at once and what is tolerated for how long (reference/ztp.md §2.11, corrected by §2.10a as observed).
 * The first rule that is believed wins, so causes stand before what they cause.
 */
export const FAIL_FAST: readonly FailFastRule[] = [
  // The ClusterInstance and what is rendered from it.
  {
    id: 'cluster-instance-ignored',
    sees: ignoredInstance,
    tolerateMs: 2 * MINUTE,
    hint: 'see that the siteconfig operator runs and that every template ConfigMap in templateRefs exists: a missing one gives no condition',
  },
  {
    id: 'cluster-instance-invalid',
    sees: conditionIs(clusterInstance, 'ClusterInstanceValidated', 'False'),
    tolerateMs: 30 * SECOND,
    hint: 'correct what the message names; a held ClusterInstance can still be edited',
  },
  {
    id: 'templates-not-rendered',
    sees: conditionIs(clusterInstance, 'RenderedTemplates', 'False'),
    tolerateMs: 30 * SECOND,
    hint: 'correct the template that the message names',
  },
  {
    id: 'manifests-refused',
    sees: conditionIs(clusterInstance, 'RenderedTemplatesValidated', 'False'),
    tolerateMs: MINUTE,
    hint: 'the message holds what the API server or another webhook refused',
  },
  {
    id: 'manifests-not-applied',
    sees: conditionIs(clusterInstance, 'RenderedTemplatesApplied', 'False', ['Failed']),
    tolerateMs: MINUTE,
    hint: 'the message holds what the API server or another webhook refused',
  },

  // Hosts and their BMCs.
  {
    id: 'bmc-credentials',
    sees: hostError((host) => /returned code 40[13]\b|unauthori[sz]ed|incorrect username/i.test(textAt(host, 'status', 'errorMessage'))),
    tolerateMs: 0,
    hint: 'correct the user name or password: in the Secret that spec.bmc.credentialsName of this host names, or in the BMC',
  },
  {
    id: 'boot-mac-taken',
    sees: hostError((host) => /^MAC address \S+ conflicts with/.test(textAt(host, 'status', 'errorMessage'))),
    tolerateMs: 0,
    hint: 'another host of this hub has the MAC: detach or delete it first',
  },
  {
    id: 'host-error',
    sees: hostError(() => true),
    tolerateMs: 10 * MINUTE,
    times: 3,
    hint: 'see that the BMC answers the hub at this address, then look at the power and console of the machine',
  },
  {
    id: 'host-silent',
    sees: hostsWithoutAgent,
    tolerateMs: 20 * MINUTE,
    hint: 'the machine did not boot the discovery image, or has no route or DNS to the hub: look at its console',
  },

  // What assisted-service says about the cluster, its images and its agents.
  { id: 'cluster-input-error', sees: conditionIs(install, 'SpecSynced', 'False', ['InputError']), tolerateMs: MINUTE, hint: 'correct what the message names' },
  {
    id: 'cluster-backend-error',
    sees: conditionIs(install, 'SpecSynced', 'False', ['BackendError']),
    tolerateMs: 5 * MINUTE,
    hint: 'see the ClusterImageSet, the pull secret and the registry that the message names',
  },
  {
    id: 'agent-input-error',
    sees: conditionIs(agents, 'SpecSynced', 'False', ['InputError']),
    tolerateMs: MINUTE,
    hint: 'see rootDeviceHints, hostname and role of this host',
  },
  {
    id: 'image-not-created',
    sees: conditionIs(infraEnvs, 'ImageCreated', 'False'),
    tolerateMs: 5 * MINUTE,
    hint: 'see that AgentServiceConfig osImages has this version, and the pull secret',
  },
  {
    id: 'install-failed',
    sees: failedInstall,
    tolerateMs: 0,
    hint: 'read the logs at status.debugInfo.logsURL, then redeploy',
  },
  {
    id: 'install-stopped',
    sees: conditionIs(install, 'Stopped', 'True', ['InstallationFailed', 'InstallationCancelled']),
    tolerateMs: 0,
    hint: 'read the events at status.debugInfo.eventsURL, then redeploy',
  },
  {
    id: 'preparation-fails',
    sees: failedPreparation,
    tolerateMs: 10 * MINUTE,
    times: 2,
    hint: 'see installConfigOverrides, extra manifests, and that hosts can pull the release images',
  },
  {
    id: 'agents-not-as-planned',
    sees: conditionIs(install, 'RequirementsMet', 'False', ['InsufficientAgents', 'UnapprovedAgents']),
    tolerateMs: 20 * MINUTE,
    hint: 'compare the Agents of the namespace with the nodes of the cluster: one too many blocks the installation too',
  },
  {
    id: 'agent-invalid',
    sees: conditionIs(agents, 'Validated', 'False', ['ValidationsFailing']),
    tolerateMs: 15 * MINUTE,
    hint: 'mend what the message lists on this machine, its network or its time source',
  },
  {
    id: 'cluster-invalid',
    sees: invalidCluster,
    // Later than agent-invalid: a cluster is invalid as soon as a host of it registers, the host only when it has been looked at.
    tolerateMs: 17 * MINUTE,
    hint: 'mend what the message lists: VIPs, networks, or a host of this cluster',
  },
  {
    id: 'booted-image-again',
    sees: agentsInState('installing-pending-user-action'),
    tolerateMs: 5 * MINUTE,
    hint: 'put the disk first in the boot order of this machine and reset it',
  },

  // The installed cluster under management.
  {
    id: 'import-failed',
    sees: conditionIs(managedCluster, 'ManagedClusterImportSucceeded', 'False', ['ManagedClusterImportFailed']),
    tolerateMs: 5 * MINUTE,
    hint: 'see that the hub reaches the API of the cluster, and the kubeconfig that its ClusterDeployment names',
  },
  {
    id: 'agent-not-joined',
    sees: importedSilently,
    tolerateMs: 15 * MINUTE,
    hint: 'see that the cluster reaches the API of the hub, and what a klusterlet of another hub left in it',
  },

  // Limits of the service for each stage of a host (§2.7), and 5 minutes.
  stage('Starting installation', 30),
  stage('Installing', 30),
  stage('Waiting for control plane', 60),
  stage('Waiting for bootkube', 60),
  stage('Writing image to disk', 30),
  stage('Rebooting', 40),
  stage('Waiting for ignition', 60),
  stage('Configuring', 60),
  stage('Joined', 60),
];

function stage(name: string, limitMinutes: number): FailFastRule {
  return {
    id: `stage-${name.toLowerCase().replaceAll(' ', '-')}`,
    sees: agentsInStage(name),
    tolerateMs: (limitMinutes + 5) * MINUTE,
    hint: `"${name}" takes at most ${limitMinutes} minutes: look at the console of this machine`,
  };
}
