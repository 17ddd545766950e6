import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { rfc3339Seconds, withConditions } from '../controllers/conditions.ts';
import type { InstallerWorld } from './installer-world.ts';

const MINUTE = 60_000;
/** Manifests of a release payload, as a 4.18 cluster counts them. */
const MANIFESTS = 886;
const STEPS = 10;

/** A cluster whose operators come up. */
export interface NewCluster {
  readonly cluster: string;
  readonly clusterId: string;
  readonly version: string;
  /** Settles when every machine it needs runs from its disk. */
  readonly complete: Promise<void>;
  readonly delayMs: (host: string, stage: string, minMs: number, maxMs: number) => number;
}

/** What the cluster-version operator says while the operators of a new cluster come up, to `Available`. */
export async function rollOutOperators(
  world: Pick<InstallerWorld, 'clock'>,
  { cluster, clusterId, version: release, complete: allThere, delayMs }: NewCluster,
  kube: KubeClient,
): Promise<void> {
  let version: KubeObject | undefined = await kube.create({
    apiVersion: 'config.openshift.io/v1',
    kind: 'ClusterVersion',
    metadata: { name: 'version' },
    spec: { clusterID: clusterId, channel: `stable-${release.split('.').slice(0, 2).join('.')}` },
  });
  const startedTime = rfc3339Seconds(world.clock.now());
  const write = async (done: number): Promise<void> => {
    const complete = done === MANIFESTS;
    const working = `Working towards ${release}: ${done} of ${MANIFESTS} done (${Math.floor((100 * done) / MANIFESTS)}% complete)`;
    const before = (version?.['status'] ?? {}) as { readonly conditions?: Parameters<typeof withConditions>[0] };
    const conditions = withConditions(
      before.conditions,
      [
        complete
          ? { type: 'Available', status: 'True', reason: '', message: `Done applying ${release}` }
          : { type: 'Available', status: 'False', reason: '', message: '' },
        { type: 'Failing', status: 'False', reason: '', message: '' },
        complete
          ? { type: 'Progressing', status: 'False', reason: '', message: `Cluster version is ${release}` }
          : { type: 'Progressing', status: 'True', reason: '', message: working },
      ],
      world.clock.now(),
    );
    const history = {
      state: complete ? 'Completed' : 'Partial',
      version: release,
      image: '',
      verified: false,
      startedTime,
      completionTime: complete ? rfc3339Seconds(world.clock.now()) : null,
    };
    const status = {
      desired: { version: release, image: '' },
      history: [history],
      observedGeneration: 1,
      versionHash: '',
      availableUpdates: null,
      conditions,
    };
    version = await kube.update({ ...version!, status }, { subresource: 'status' });
  };
  await world.clock.during(write(0));
  for (let step = 1; step <= STEPS; step++) {
    await world.clock.sleep(delayMs(cluster, `operators-${step}`, MINUTE, 2 * MINUTE));
    if (step === STEPS) await allThere;
    await world.clock.during(write(step === STEPS ? MANIFESTS : Math.floor((MANIFESTS * step) / STEPS)));
  }
}
