import type { Condition } from '../../../kube/objects.ts';

type Given = Omit<Condition, 'lastTransitionTime'>;

/** Copied from the install object under these names (reference/ztp.md §2.4). */
const COPIED = ['Failed', 'Completed', 'Stopped', 'RequirementsMet'] as const;

/**
 * Conditions of a ClusterDeployment whose cluster somebody else installs: copies of the install object's, and what hive
 * makes of them. What the install object has not said yet is Unknown.
 */
export function clusterDeploymentConditions(install: readonly Condition[], installed: boolean): readonly Given[] {
  const copies = COPIED.map((type): Given => {
    const found = install.find((one) => one.type === type);
    return { type: `ClusterInstall${type}`, ...(found ? { status: found.status, reason: found.reason, message: found.message } : INITIALIZED) };
  });
  return [...copies, ...provisioning(copies, installed)];
}

const INITIALIZED = { status: 'Unknown', reason: 'Initialized', message: 'Condition Initialized' } as const;

function provisioning(copies: readonly Given[], installed: boolean): readonly Given[] {
  const is = (type: string): boolean => copies.some((one) => one.type === `ClusterInstall${type}` && one.status === 'True');
  const failure = copies.find((one) => one.type === 'ClusterInstallFailed' && one.status === 'True');
  const failed: Given = failure
    ? { type: 'ProvisionFailed', status: 'True', reason: failure.reason, message: failure.message }
    : {
        type: 'ProvisionFailed',
        ...(is('Completed') ? ({ status: 'False', reason: 'ProvisionSucceeded', message: 'Provision succeeded' } as const) : INITIALIZED),
      };
  const stopped = is('Stopped') && !is('Completed');
  const provisionStopped: Given = stopped
    ? { type: 'ProvisionStopped', status: 'True', reason: 'InstallAttemptsLimitReached', message: failure?.message ?? 'Installation stopped' }
    : {
        type: 'ProvisionStopped',
        ...(is('Completed') ? ({ status: 'False', reason: 'ProvisionNotStopped', message: 'Provision is not stopped' } as const) : INITIALIZED),
      };
  return [failed, provisionStopped, provisioned(stopped, installed || is('Completed'))];
}

function provisioned(stopped: boolean, completed: boolean): Given {
  const type = 'Provisioned';
  if (completed) return { type, status: 'True', reason: 'Provisioned', message: 'Cluster is provisioned' };
  if (stopped)
    return { type, status: 'False', reason: 'ProvisionStopped', message: 'Provisioning failed terminally (see the ProvisionStopped condition for details)' };
  return { type, status: 'False', reason: 'Provisioning', message: 'Cluster is being provisioned' };
}
