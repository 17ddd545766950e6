import type { KubeClient } from '../../kube/kube-client.ts';
import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import { CLUSTER_VERSION, refTo } from '../kinds.ts';
import { textAt } from '../read-object.ts';

/** @throws StepFailed when the cluster is not the one that the job began with. */
export async function compareClusterId(name: string, kube: KubeClient, before: string | undefined, signal: AbortSignal): Promise<void> {
  const ref = refTo(CLUSTER_VERSION, 'version');
  const now = textAt(await kube.get(ref, signal), 'spec', 'clusterID');
  if (before === undefined || before === now) return;
  const message = `${name} was ${before}, and is ${now || 'nobody'} now`;
  throw new StepFailed(
    'conflict',
    { object: objectPath(ref), condition: 'clusterID', reason: 'Replaced', message },
    { hint: `see who installed ${name} anew` },
  );
}
