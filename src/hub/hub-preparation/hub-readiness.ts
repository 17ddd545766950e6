import { listIfServed, undefinedIfUnserved } from '../../kube/list-if-served.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { objectPath } from '../../kube/objects.ts';
import type { WaitingOn } from '../../util/step.ts';
import { SPOKE_KINDS } from '../kinds.ts';
import { conditionOf, textAt, valueAt } from '../read-object.ts';
import { AGENT_SERVICE_CONFIG, MULTI_CLUSTER_HUB, PROVISIONING, STORAGE_CLASS } from './kinds.ts';

/** One thing that keeps a hub from taking spokes, and what to do about it. */
export interface Lack extends WaitingOn {
  readonly hint: string;
}

/**
 * The health contract of a hub (reference/ztp.md §1.2, §2.8): ready for spokes when this is empty. Reads only.
 *
 * What a hub must have before what comes from it: storage, operators' own objects, then the kinds they serve.
 */
export async function hubReadiness(kube: KubeClient, signal: AbortSignal): Promise<readonly Lack[]> {
  const lacks = [await storage(kube, signal), await management(kube, signal), await provisioning(kube, signal), await assisted(kube, signal)];
  for (const kind of SPOKE_KINDS) {
    if ((await listIfServed(kube, kind, signal)) === undefined)
      lacks.push(lack(kind.kind, 'Served', 'NotFound', `${kind.apiVersion} is not served`, 'see that its operator runs'));
  }
  return lacks.filter((one) => one !== undefined);
}

export async function storage(kube: KubeClient, signal: AbortSignal): Promise<Lack | undefined> {
  const classes = await listIfServed(kube, STORAGE_CLASS, signal);
  if (classes?.some(({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')) return undefined;
  const names = (classes ?? []).map(({ metadata }) => metadata.name).join(', ');
  return lack(
    'StorageClass',
    'Default',
    'NoDefault',
    names === '' ? 'there is no StorageClass' : `none of ${names} is the default`,
    'assisted-service and search need volumes: install a storage operator and mark one class storageclass.kubernetes.io/is-default-class=true',
  );
}

export async function management(kube: KubeClient, signal: AbortSignal): Promise<Lack | undefined> {
  const object = await kube.get(MULTI_CLUSTER_HUB, signal).catch(undefinedIfUnserved);
  const path = objectPath(MULTI_CLUSTER_HUB);
  if (object === undefined) return lack(path, 'Exists', 'NotFound', 'advanced-cluster-management is not set up', 'run a job with action: prepare for this hub');
  const phase = textAt(object, 'status', 'phase');
  if (phase !== 'Running')
    return lack(path, 'phase', phase || 'NotReported', `its phase is ${phase || 'not reported yet'}`, 'see the pods of open-cluster-management');
  const components = valueAt(object, 'spec', 'overrides', 'components');
  const enabled =
    Array.isArray(components) && components.some((one: { name?: string; enabled?: boolean }) => one.name === 'siteconfig' && one.enabled === true);
  return enabled ? undefined : lack(path, 'siteconfig', 'Disabled', 'its component siteconfig is not enabled', 'enable it in spec.overrides.components');
}

async function provisioning(kube: KubeClient, signal: AbortSignal): Promise<Lack | undefined> {
  const object = await kube.get(PROVISIONING, signal).catch(undefinedIfUnserved);
  const path = objectPath(PROVISIONING);
  const hint = 'set spec.watchAllNamespaces: true, or the hosts of spokes are ignored';
  if (object === undefined) return lack(path, 'Exists', 'NotFound', 'there is no provisioning service', hint);
  return valueAt(object, 'spec', 'watchAllNamespaces') === true
    ? undefined
    : lack(path, 'watchAllNamespaces', 'False', 'hosts in namespaces of spokes are not watched', hint);
}

export async function assisted(kube: KubeClient, signal: AbortSignal): Promise<Lack | undefined> {
  const object = await kube.get(AGENT_SERVICE_CONFIG, signal).catch(undefinedIfUnserved);
  const path = objectPath(AGENT_SERVICE_CONFIG);
  if (object === undefined) return lack(path, 'Exists', 'NotFound', 'assisted-service is not set up', 'run a job with action: prepare for this hub');
  for (const type of ['ReconcileCompleted', 'DeploymentsHealthy']) {
    const condition = conditionOf(object, type);
    if (condition?.status === 'True') continue;
    return lack(
      path,
      type,
      condition?.reason ?? 'NotReported',
      condition?.message ?? 'the condition is not there yet',
      'see the pods assisted-service and assisted-image-service of multicluster-engine',
    );
  }
  return undefined;
}

function lack(object: string, condition: string, reason: string, message: string, hint: string): Lack {
  return { object, condition, reason, message, hint };
}
