import type { KubeObject } from '../kube/objects.ts';
import { objectPath } from '../kube/objects.ts';
import type { WaitingOn } from '../util/step.ts';
import { agentOf, type ClusterObjects } from './cluster-objects.ts';
import { conditionOf, conditionsOf, textAt, valueAt } from './read-object.ts';

/** A sign that an installation goes wrong, in the object's own words. */
export interface Symptom extends WaitingOn {
  /** What another object adds; goes before the rule's hint. */
  readonly because?: string;
}

/** Looks for one kind of symptom. */
export type Sees = (objects: ClusterObjects) => readonly Symptom[];

type Pick = (objects: ClusterObjects) => readonly KubeObject[];

export const clusterInstance: Pick = (objects) => some(objects.clusterInstance);
export const install: Pick = (objects) => some(objects.agentClusterInstall);
export const agents: Pick = (objects) => objects.agents;
export const managedCluster: Pick = (objects) => some(objects.managedCluster);
export const infraEnvs: Pick = (objects) => objects.infraEnvs;

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

export function conditionIs(pick: Pick, type: string, status: string, reasons?: readonly string[]): Sees {
  return (objects) =>
    pick(objects)
      .filter((object) => {
        const condition = conditionOf(object, type);
        return condition?.status === status && (reasons === undefined || reasons.includes(condition.reason));
      })
      .map((object) => fromCondition(object, type));
}

/** A BareMetalHost keeps the text of an error in status.errorMessage; its conditions have reasons only. */
export function hostError(matches: (host: KubeObject) => boolean): Sees {
  return ({ hosts }) =>
    hosts
      .filter((host) => textAt(host, 'status', 'operationalStatus') === 'error' && matches(host))
      .map((host) => {
        const type = textAt(host, 'status', 'errorType') === 'registration error' ? 'Manageable' : 'Ready';
        return symptom(host, type, conditionOf(host, type)?.reason ?? '', textAt(host, 'status', 'errorMessage'));
      });
}

export function hostsWithoutAgent(objects: ClusterObjects): readonly Symptom[] {
  return objects.hosts
    .filter((host) => textAt(host, 'status', 'provisioning', 'state') === 'provisioned' && agentOf(objects, host.metadata.name) === undefined)
    .map((host) =>
      symptom(host, 'Provisioned', conditionOf(host, 'Provisioned')?.reason ?? 'Provisioned', 'the host is provisioned, but no Agent has registered from it'),
    );
}

/** An operator that writes no condition at all. */
export function ignoredInstance(objects: ClusterObjects): readonly Symptom[] {
  return clusterInstance(objects)
    .filter((object) => conditionsOf(object).length === 0)
    .map((object) => symptom(object, 'ClusterInstanceValidated', 'NotReported', 'the operator has written no condition'));
}

/** The cluster says that it failed; the host that failed says why. */
export function failedInstall(objects: ClusterObjects): readonly Symptom[] {
  return conditionIs(install, 'Failed', 'True')(objects).map((one) => ({ ...one, ...because(objects, 'error') }));
}

/** A preparation that failed: the condition's reason is then a sentence and its message often empty, or it says nothing and only the state does. */
export function failedPreparation(objects: ClusterObjects): readonly Symptom[] {
  return install(objects).flatMap((object) => {
    const condition = conditionOf(object, 'LastInstallationPreparationFailed');
    const stateInfo = textAt(object, 'status', 'debugInfo', 'stateInfo');
    const text = condition?.status === 'True' ? condition.message || condition.reason : stateInfo;
    if (condition?.status !== 'True' && stateInfo !== 'Cluster failed to prepare for installation') return [];
    return [
      {
        ...symptom(object, 'LastInstallationPreparationFailed', textAt(object, 'status', 'debugInfo', 'state'), text),
        ...because(objects, 'preparing-failed'),
      },
    ];
  });
}

/** A cluster that is not valid although all its hosts are there; before, it cannot be, and says so in the same words. */
export function invalidCluster(objects: ClusterObjects): readonly Symptom[] {
  const all = objects.agents.length > 0 && objects.agents.length >= objects.hosts.length;
  return all ? conditionIs(install, 'Validated', 'False')(objects) : [];
}

/** The installation is complete, and the ClusterDeployment does not say so. */
export function installedUnnoticed({ agentClusterInstall, clusterDeployment }: ClusterObjects): readonly Symptom[] {
  if (conditionOf(agentClusterInstall, 'Completed')?.status !== 'True') return [];
  return some(clusterDeployment)
    .filter((object) => valueAt(object, 'spec', 'installed') !== true)
    .map((object) => symptom(object, 'Provisioned', 'NotInstalled', 'the installation is complete, but spec.installed is not true'));
}

/** Its agent was brought to the cluster, and has not called since. */
export function importedSilently(objects: ClusterObjects): readonly Symptom[] {
  return managedCluster(objects)
    .filter((object) => conditionOf(object, 'ManagedClusterImportSucceeded')?.status === 'True' && conditionOf(object, 'ManagedClusterJoined') === undefined)
    .map((object) => symptom(object, 'ManagedClusterJoined', 'NotReported', 'the cluster was imported, but its agent has not joined the hub'));
}

/** Its agent has joined, and the hub does not hear from it. */
export function joinedSilently(objects: ClusterObjects): readonly Symptom[] {
  return managedCluster(objects)
    .filter((object) => conditionOf(object, 'ManagedClusterJoined')?.status === 'True')
    .filter((object) => conditionOf(object, 'ManagedClusterConditionAvailable')?.status !== 'True')
    .map((object) => {
      const { reason, message } = fromCondition(object, 'ManagedClusterConditionAvailable');
      return symptom(object, 'ManagedClusterConditionAvailable', reason || 'NotReported', message || 'its agent joined the hub, but does not renew its lease');
    });
}

export function agentsInState(state: string): Sees {
  return agentsWhere((agent) => textAt(agent, 'status', 'debugInfo', 'state') === state);
}

export function agentsInStage(stage: string): Sees {
  return agentsWhere((agent) => textAt(agent, 'status', 'progress', 'currentStage') === stage);
}

function agentsWhere(matches: (agent: KubeObject) => boolean): Sees {
  return ({ agents }) => agents.filter(matches).map((agent) => fromCondition(agent, 'Installed'));
}

function because({ agents }: ClusterObjects, state: string): { readonly because?: string } {
  const agent = agents.find((one) => textAt(one, 'status', 'debugInfo', 'state') === state);
  if (agent === undefined) return {};
  const name = textAt(agent, 'spec', 'hostname') || agent.metadata.name;
  return { because: `${name}: ${textAt(agent, 'status', 'debugInfo', 'stateInfo')}` };
}
