import type { ClusterObjects } from './cluster-objects.ts';
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
  installedUnnoticed,
  invalidCluster,
  joinedSilently,
  managedCluster,
} from './symptoms.ts';
import type { SymptomRule } from './watch-symptoms.ts';

export type FailFastRule = SymptomRule<ClusterObjects>;

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
    cause: 'the siteconfig operator does not run, or a template it needs is missing',
    hint: 'see that the siteconfig operator runs and that every template ConfigMap in templateRefs exists: a missing one gives no condition',
    look: 'oc logs -n open-cluster-management deployment/siteconfig-controller-manager --tail=50',
  },
  {
    id: 'cluster-instance-invalid',
    sees: conditionIs(clusterInstance, 'ClusterInstanceValidated', 'False'),
    tolerateMs: 30 * SECOND,
    cause: 'the ClusterInstance names something that is missing on the hub, or contradicts itself',
    hint: 'correct what the message names; a held ClusterInstance can still be edited',
  },
  {
    id: 'templates-not-rendered',
    sees: conditionIs(clusterInstance, 'RenderedTemplates', 'False'),
    tolerateMs: 30 * SECOND,
    cause: 'a template does not fit the ClusterInstance',
    hint: 'correct the template that the message names',
  },
  {
    id: 'manifests-refused',
    sees: conditionIs(clusterInstance, 'RenderedTemplatesValidated', 'False'),
    tolerateMs: MINUTE,
    cause: 'the hub refuses an object that the templates give',
    hint: 'the message holds what the API server or another webhook refused',
  },
  {
    id: 'manifests-not-applied',
    sees: conditionIs(clusterInstance, 'RenderedTemplatesApplied', 'False', ['Failed']),
    tolerateMs: MINUTE,
    cause: 'the hub refuses an object that the templates give, or another manager owns it',
    hint: 'the message holds what the API server or another webhook refused',
  },

  // Hosts and their BMCs.
  {
    id: 'bmc-credentials',
    sees: hostError((host) => /returned code 40[13]\b|unauthori[sz]ed|incorrect username/i.test(textAt(host, 'status', 'errorMessage'))),
    tolerateMs: 0,
    cause: 'the BMC refuses the user or the password',
    hint: 'correct the user name or password: in the Secret that spec.bmc.credentialsName of this host names, or in the BMC',
    look: 'oc get secret -n CLUSTER',
  },
  {
    id: 'bmc-certificate',
    sees: hostError((host) => /CERTIFICATE_VERIFY_FAILED|SSLError/.test(textAt(host, 'status', 'errorMessage'))),
    tolerateMs: 0,
    cause: 'the certificate of the BMC is not trusted by the hub',
    hint: 'give the BMC a certificate the hub trusts, or set disableCertificateVerification for this host',
    look: 'oc get baremetalhost -n CLUSTER -o custom-columns=NAME:.metadata.name,BMC:.spec.bmc.address,UNVERIFIED:.spec.bmc.disableCertificateVerification',
  },
  {
    id: 'boot-mac-taken',
    sees: hostError((host) => /^MAC address \S+ conflicts with/.test(textAt(host, 'status', 'errorMessage'))),
    tolerateMs: 0,
    cause: 'two hosts of this hub have one boot MAC',
    hint: 'another host of this hub has the MAC: detach or delete it first',
    look: 'oc get baremetalhost -A -o custom-columns=NS:.metadata.namespace,NAME:.metadata.name,MAC:.spec.bootMACAddress',
  },
  {
    id: 'host-error',
    sees: hostError(() => true),
    tolerateMs: 10 * MINUTE,
    times: 3,
    cause: 'the BMC does not answer, or does not do what it is told',
    hint: 'see that the BMC answers the hub at this address, then look at the power and console of the machine',
    look: 'oc get baremetalhost -n CLUSTER -o wide',
  },
  {
    id: 'host-silent',
    sees: hostsWithoutAgent,
    tolerateMs: 20 * MINUTE,
    cause: 'the machine did not boot the discovery image, or cannot reach the hub',
    hint: 'the machine did not boot the discovery image, or has no route or DNS to the hub: look at its console',
    look: 'labwright lab console NODE',
  },

  // What assisted-service says about the cluster, its images and its agents.
  {
    id: 'cluster-input-error',
    sees: conditionIs(install, 'SpecSynced', 'False', ['InputError']),
    tolerateMs: MINUTE,
    cause: 'the AgentClusterInstall holds a value that assisted-service refuses',
    hint: 'correct what the message names',
  },
  {
    id: 'cluster-backend-error',
    sees: conditionIs(install, 'SpecSynced', 'False', ['BackendError']),
    tolerateMs: 5 * MINUTE,
    cause: 'the release, the pull secret or a manifest that the AgentClusterInstall names cannot be read',
    hint: 'see the ClusterImageSet, the pull secret and the registry that the message names',
    look: 'oc logs -n multicluster-engine deployment/assisted-service -c assisted-service --tail=50',
  },
  {
    id: 'agent-input-error',
    sees: conditionIs(agents, 'SpecSynced', 'False', ['InputError']),
    tolerateMs: MINUTE,
    cause: 'a host was given a disk, name or role it cannot have',
    hint: 'see rootDeviceHints, hostname and role of this host',
  },
  {
    id: 'image-not-created',
    sees: conditionIs(infraEnvs, 'ImageCreated', 'False'),
    tolerateMs: 5 * MINUTE,
    cause: 'there is no operating system image for this version, or the pull secret is wrong',
    hint: 'see that AgentServiceConfig osImages has this version, and the pull secret',
    look: "oc get agentserviceconfig agent -o jsonpath='{.spec.osImages}'",
  },
  {
    id: 'install-failed',
    sees: failedInstall,
    tolerateMs: 0,
    cause: 'a host failed, or a stage took longer than it may',
    hint: 'read the logs at status.debugInfo.logsURL, then redeploy',
    look: 'oc get agents -n CLUSTER -o wide',
  },
  {
    id: 'install-stopped',
    sees: conditionIs(install, 'Stopped', 'True', ['InstallationFailed', 'InstallationCancelled']),
    tolerateMs: 0,
    cause: 'the installation was cancelled or has failed',
    hint: 'read the events at status.debugInfo.eventsURL, then redeploy',
  },
  {
    id: 'preparation-fails',
    sees: failedPreparation,
    tolerateMs: 10 * MINUTE,
    times: 2,
    cause: 'a host cannot pull the release, or the overrides and extra manifests do not fit it',
    hint: 'see installConfigOverrides, extra manifests, and that hosts can pull the release images',
    look: 'oc get agents -n CLUSTER -o wide',
  },
  {
    id: 'agents-not-as-planned',
    sees: conditionIs(install, 'RequirementsMet', 'False', ['InsufficientAgents', 'UnapprovedAgents']),
    tolerateMs: 20 * MINUTE,
    cause: 'more or fewer machines registered than the cluster has nodes, or one of them was not approved',
    hint: 'compare the Agents of the namespace with the nodes of the cluster: one too many blocks the installation too',
    look: 'oc get agents -n CLUSTER -o wide',
  },
  {
    id: 'agent-invalid',
    sees: conditionIs(agents, 'Validated', 'False', ['ValidationsFailing']),
    tolerateMs: 15 * MINUTE,
    cause: 'the machine does not meet what the installer asks for',
    hint: 'mend what the message lists on this machine, its network or its time source',
  },
  {
    id: 'cluster-invalid',
    sees: invalidCluster,
    // Later than agent-invalid: a cluster is invalid as soon as a host of it registers, the host only when it has been looked at.
    tolerateMs: 17 * MINUTE,
    cause: 'addresses, networks or hosts of the cluster do not fit together',
    hint: 'mend what the message lists: VIPs, networks, a host of this cluster, or one that nobody planned: see its Agents',
  },
  {
    id: 'booted-image-again',
    sees: agentsInState('installing-pending-user-action'),
    tolerateMs: 5 * MINUTE,
    cause: 'the machine boots the discovery image before its disk',
    hint: 'put the disk first in the boot order of this machine and reset it',
    look: 'labwright lab console NODE',
  },

  // The installed cluster under management.
  {
    id: 'installed-unnoticed',
    sees: installedUnnoticed,
    tolerateMs: 10 * MINUTE,
    cause: 'hive or assisted-service does not go on: the ClusterDeployment lacks what the installation gave',
    hint: 'see clusterMetadata of the ClusterDeployment and the logs of hive and assisted-service',
    look: 'oc logs -n hive deployment/hive-controllers --tail=50',
  },
  {
    id: 'import-failed',
    sees: conditionIs(managedCluster, 'ManagedClusterImportSucceeded', 'False', ['ManagedClusterImportFailed']),
    tolerateMs: 5 * MINUTE,
    cause: 'the hub does not reach the API of the cluster, or its kubeconfig is not valid',
    hint: 'see that the hub reaches the API of the cluster, and the kubeconfig that its ClusterDeployment names',
    look: 'oc get secret -n CLUSTER CLUSTER-admin-kubeconfig',
  },
  {
    id: 'agent-not-joined',
    sees: importedSilently,
    tolerateMs: 15 * MINUTE,
    cause: 'the cluster does not reach the API of the hub, or a klusterlet of an earlier hub is left',
    hint: 'see that the cluster reaches the API of the hub, and what a klusterlet of another hub left in it',
    look: 'oc --kubeconfig=SPOKE.kubeconfig get klusterlet,pods -n open-cluster-management-agent',
  },

  {
    id: 'managed-cluster-unavailable',
    sees: joinedSilently,
    tolerateMs: 15 * MINUTE,
    cause: 'the agent on the cluster joined once and does not renew its lease',
    hint: 'see that the cluster still reaches the API of the hub and that its klusterlet runs',
    look: 'oc --kubeconfig=SPOKE.kubeconfig get klusterlet,pods -n open-cluster-management-agent',
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
    cause: 'the machine hangs, or cannot reach what this stage needs',
    look: 'labwright lab console NODE',
    hint: `"${name}" takes at most ${limitMinutes} minutes: look at the console of this machine`,
  };
}
