import { isDeepStrictEqual } from 'node:util';
import { isKubeApiError } from '../../../kube/kube-api-error.ts';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { instanceStatus, type InstanceStatus } from '../../../render/siteconfig/instance-status.ts';

/**
 * Writes a changed status; two controllers share it, so a conflict is tried again on what is there by then.
 *
 * @returns the object as stored, or `instance` when it is gone or nothing changed.
 */
export async function changeStatus(
  kube: KubeClient,
  instance: KubeObject,
  change: (status: InstanceStatus) => InstanceStatus,
  signal: AbortSignal,
): Promise<KubeObject> {
  const { name, namespace } = instance.metadata;
  for (let current: KubeObject | undefined = instance; ;) {
    const before = instanceStatus(current);
    const status = change(before);
    if (isDeepStrictEqual(status, before)) return current;
    try {
      return await kube.update({ ...current, status }, { subresource: 'status' }, signal);
    } catch (error) {
      if (!isKubeApiError(error) || (error.status !== 409 && error.status !== 404)) throw error;
    }
    current = await kube.get({ apiVersion: instance.apiVersion, kind: instance.kind, namespace, name }, signal);
    if (current === undefined) return instance;
  }
}
