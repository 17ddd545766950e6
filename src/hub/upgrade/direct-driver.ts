import type { KubeClient } from '../../kube/kube-client.ts';
import { objectPath } from '../../kube/objects.ts';
import type { PlannedCluster } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import { CLUSTER_VERSION, FIELD_MANAGER, refTo } from '../kinds.ts';
import { valueAt } from '../read-object.ts';
import { acknowledgeGates } from './acknowledge-gates.ts';
import { followAll } from './follow-all.ts';
import { followUpdate } from './follow-update.ts';
import { openCluster } from './open-cluster.ts';
import { channelFor, type Target } from './release.ts';
import { isAt } from './update-stage.ts';
import type { UpgradeDriverWay, UpgradeRun } from './upgrade-run.ts';

/** The ClusterVersion of each cluster is told the release, and followed there. */
export const directDriver: UpgradeDriverWay = {
  upgrade: (run, clusters) =>
    followAll(run.context, clusters, async (cluster, context) => {
      const kube = await spokeOf(run, cluster);
      await askFor(run, cluster, kube);
      await followUpdate({ name: cluster.name, kube, context }, run.checked.target);
    }),
};

/** @throws LabwrightError `bad_input` when the kubeconfig that was there before is not any more. */
async function spokeOf({ input, deps, context }: UpgradeRun, cluster: PlannedCluster): Promise<KubeClient> {
  const kube = await openCluster(input, deps, context, cluster);
  if (kube) return kube;
  throw new LabwrightError('bad_input', `nobody has a kubeconfig of ${cluster.name}`, { hint: `give the job inputs: {<output>: ${cluster.name}_kubeconfig}` });
}

async function askFor({ context, checked }: UpgradeRun, { name }: PlannedCluster, kube: KubeClient): Promise<void> {
  const { target, gates } = checked;
  await acknowledgeGates(kube, gates[name] ?? [], context);
  const ref = refTo(CLUSTER_VERSION, 'version');
  const found = await kube.get(ref, context.signal);
  if (isAt(found, target) || isAskedFor(valueAt(found, 'spec', 'desiredUpdate'), target)) return;
  const channel = channelFor(found, target.version);
  context.log(`${name}: ${objectPath(ref)} is told ${target.version} (${target.image})${target.force ? ', unverified' : ''}`);
  const desiredUpdate = { version: target.version, image: target.image, force: target.force };
  const spec = { desiredUpdate, ...(channel !== undefined && { channel }) };
  await kube.patch(ref, { spec }, { type: 'merge', fieldManager: FIELD_MANAGER }, context.signal);
}

function isAskedFor(desired: unknown, { version, image }: Target): boolean {
  const { version: askedVersion, image: askedImage } = (desired ?? {}) as { readonly version?: string; readonly image?: string };
  return askedVersion === version && askedImage === image;
}
