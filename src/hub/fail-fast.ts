import type { KubeObject } from '../kube/objects.ts';
import { objectPath } from '../kube/objects.ts';
import type { WaitingOn } from '../util/step.ts';
import { agentOf, type ClusterObjects } from './cluster-objects.ts';
import { conditionOf, conditionsOf, textAt } from './read-object.ts';

/** A sign that an installation goes wrong, in the object's own words. */
export interface Symptom extends WaitingOn {
  /** What another object adds; goes before the rule's hint. */
  readonly because?: string;
}

/** When a symptom is believed: as soon as it has lasted `tolerateMs`, or when it has come `times` times. */
export interface FailFastRule {
  readonly id: string;
  readonly sees: (objects: ClusterObjects) => readonly Symptom[];
  readonly tolerateMs: number;
  readonly times?: number;
  readonly hint: string;
}

const SECOND = 1000;
const MINUTE = 60_000;

const clusterInstance: Pick = (objects) => some(objects.clusterInstance);
const install: Pick = (objects) => some(objects.agentClusterInstall);
const agents: Pick = (objects) => objects.agents;
const infraEnvs: Pick = (objects) => objects.infraEnvs;

/**
 * What is refused at once and what is tolerated for how long (reference/ztp.md §2.11, corrected by §2.10a as observed).
 * The first rule that is believed wins, so causes stand before what they cause.
 */
export const FAIL_FAST: readonly FailFastRule[] = [
  // The ClusterInstance and what is rendered from it.
  {
    id: 'cluster-instance-ignored',
    sees: (objects) =>
      clusterInstance(objects)
        .filter((object) => conditionsOf(object).length === 0)
        .map((object) => symptom(object, 'ClusterInstanceValidated', 'NotReported', 'the operator has written no condition')),
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
    sees: (objects) => conditionIs(install, 'Failed', 'True')(objects).map((one) => ({ ...one, ...because(failedAgent(objects)) })),
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
    sees: (objects) =>
      install(objects)
        .filter(failsToPrepare)
        .map((object) => ({
          ...symptom(object, 'LastInstallationPreparationFailed', textAt(object, 'status', 'debugInfo', 'state'), preparationText(object)),
          ...because(unpreparedAgent(objects)),
        })),
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
    id: 'booted-image-again',
    sees: (objects) =>
      agents(objects)
        .filter((agent) => textAt(agent, 'status', 'debugInfo', 'state') === 'installing-pending-user-action')
        .map((agent) => fromCondition(agent, 'Installed')),
    tolerateMs: 5 * MINUTE,
    hint: 'put the disk first in the boot order of this machine and reset it',
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

type Pick = (objects: ClusterObjects) => readonly KubeObject[];

function some(object: KubeObject | undefined): readonly KubeObject[] {
  return object === undefined ? [] : [object];
}

function symptom(object: KubeObject, condition: string, reason: string, message: string): Symptom {
  return { object: objectPath(object), condition, reason, message };
}

function fromCondition(object: KubeObject, type: string): Symptom {
  const condition = conditionOf(object, type);
  return symptom(object, type, condition?.reason ?? '', condition?.message || textAt(object, 'status', 'debugInfo', 'stateInfo'));
}

function conditionIs(pick: Pick, type: string, status: string, reasons?: readonly string[]): FailFastRule['sees'] {
  return (objects) =>
    pick(objects)
      .filter((object) => {
        const condition = conditionOf(object, type);
        return condition?.status === status && (reasons === undefined || reasons.includes(condition.reason));
      })
      .map((object) => fromCondition(object, type));
}

/** A BareMetalHost keeps the text of an error in status.errorMessage; its conditions have reasons only. */
function hostError(matches: (host: KubeObject) => boolean): FailFastRule['sees'] {
  return ({ hosts }) =>
    hosts
      .filter((host) => textAt(host, 'status', 'operationalStatus') === 'error' && matches(host))
      .map((host) => {
        const type = textAt(host, 'status', 'errorType') === 'registration error' ? 'Manageable' : 'Ready';
        return symptom(host, type, conditionOf(host, type)?.reason ?? '', textAt(host, 'status', 'errorMessage'));
      });
}

function hostsWithoutAgent(objects: ClusterObjects): readonly Symptom[] {
  return objects.hosts
    .filter((host) => textAt(host, 'status', 'provisioning', 'state') === 'provisioned' && agentOf(objects, host.metadata.name) === undefined)
    .map((host) =>
      symptom(host, 'Provisioned', conditionOf(host, 'Provisioned')?.reason ?? 'Provisioned', 'the host is provisioned, but no Agent has registered from it'),
    );
}

function failsToPrepare(object: KubeObject): boolean {
  return (
    conditionOf(object, 'LastInstallationPreparationFailed')?.status === 'True' ||
    textAt(object, 'status', 'debugInfo', 'stateInfo') === 'Cluster failed to prepare for installation'
  );
}

/** The condition's reason is a sentence, its message often empty. */
function preparationText(object: KubeObject): string {
  const condition = conditionOf(object, 'LastInstallationPreparationFailed');
  return (condition?.status === 'True' && (condition.message || condition.reason)) || textAt(object, 'status', 'debugInfo', 'stateInfo');
}

function failedAgent({ agents }: ClusterObjects): KubeObject | undefined {
  return agents.find((agent) => textAt(agent, 'status', 'debugInfo', 'state') === 'error');
}

function unpreparedAgent({ agents }: ClusterObjects): KubeObject | undefined {
  return agents.find((agent) => textAt(agent, 'status', 'debugInfo', 'state') === 'preparing-failed');
}

function because(agent: KubeObject | undefined): { readonly because?: string } {
  if (agent === undefined) return {};
  const name = textAt(agent, 'spec', 'hostname') || agent.metadata.name;
  return { because: `${name}: ${textAt(agent, 'status', 'debugInfo', 'stateInfo')}` };
}

function stage(name: string, limitMinutes: number): FailFastRule {
  return {
    id: `stage-${name.toLowerCase().replaceAll(' ', '-')}`,
    sees: (objects) =>
      agents(objects)
        .filter((agent) => textAt(agent, 'status', 'progress', 'currentStage') === name)
        .map((agent) => fromCondition(agent, 'Installed')),
    tolerateMs: (limitMinutes + 5) * MINUTE,
    hint: `"${name}" takes at most ${limitMinutes} minutes: look at the console of this machine`,
  };
}
