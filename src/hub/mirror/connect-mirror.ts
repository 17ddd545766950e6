import { isKubeApiError } from '../../kube/kube-api-error.ts';
import { objectPath, type KubeObject } from '../../kube/objects.ts';
import { registriesConf } from '../../render/mirror/mirror-objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { AGENT_SERVICE_CONFIG } from '../hub-preparation/kinds.ts';
import { applyObject, openHub, type Hub } from '../hub.ts';
import { CONFIG_MAP } from '../kinds.ts';
import { conditionOf, textAt, valueAt } from '../read-object.ts';
import { foundMirror, mirrorCa, osImageOf } from './mirror-inside.ts';

/** assisted-service reads its mirrors and CA there (reference/ztp.md §1.6); spokes get them from it. */
const NAMESPACE = 'multicluster-engine';
const MIRRORS = 'labwright-mirror-registry';
const LOOK_MS = 15_000;

interface OsImage {
  readonly openshiftVersion: string;
  readonly version: string;
  readonly url: string;
  readonly rootFSUrl: string;
  readonly cpuArchitecture: string;
}

/** Of a disconnected job: the hub's assisted-service takes images from the registry and the HTTP store inside. None for another job. */
export function connectMirror(input: ActionInput): readonly Step<ActionDeps>[] {
  const { mirror, release } = input;
  if (mirror === undefined) return [];
  return [
    {
      id: 'connect-mirror',
      title: `Let ${input.cluster.hub ?? 'the hub'} install from ${mirror.registry}`,
      limitMs: 45 * 60_000,
      async run(deps, context) {
        const hub = openHub(input, deps, context);
        const found = foundMirror(context.memory)!;
        const ca = await deps.clock.during(mirrorCa(mirror));
        const metadata = { name: MIRRORS, namespace: NAMESPACE, labels: { app: 'assisted-service' } };
        const data = { 'registries.conf': registriesConf(found.sources), ...(ca !== undefined && { 'ca-bundle.crt': ca }) };
        await applyObject(hub, { ...CONFIG_MAP, metadata, data });
        const image: OsImage = { ...osImageOf(mirror, release.version), version: found.machineOs, cpuArchitecture: 'x86_64' };
        if (await changed(hub, image)) await context.clock.sleep(LOOK_MS, context.signal);
        await healthy(hub);
      },
    },
  ];
}

/**
 * The setting is one for the whole hub: other releases' images stay, and a hub that was told of other mirrors is not ours to change.
 *
 * @returns whether it was another before.
 */
async function changed(hub: Hub, image: OsImage): Promise<boolean> {
  const { kube, context } = hub;
  for (;;) {
    const config = await kube.get(AGENT_SERVICE_CONFIG, context.signal);
    const spec = { mirrorRegistryRef: { name: MIRRORS }, osImages: osImages(config, image) };
    if (config === undefined) {
      const on = { object: objectPath(AGENT_SERVICE_CONFIG), condition: 'Exists', reason: 'NotFound', message: 'assisted-service is not set up' };
      throw new StepFailed('refused', on, { hint: 'run a job with action: prepare for this hub' });
    }
    const other = textAt(config, 'spec', 'mirrorRegistryRef', 'name');
    if (other !== '' && other !== MIRRORS) {
      const on = { object: objectPath(config), condition: 'mirrorRegistryRef', reason: 'Foreign', message: `its mirrors are those of ConfigMap ${other}` };
      throw new StepFailed('conflict', on, { hint: `add the repositories to ${other} and take the job's network: disconnected out, or remove the reference` });
    }
    const isSame = other === MIRRORS && JSON.stringify(valueAt(config, 'spec', 'osImages')) === JSON.stringify(spec.osImages);
    if (isSame) return false;
    try {
      const { resourceVersion } = config.metadata;
      await kube.patch(AGENT_SERVICE_CONFIG, { metadata: { resourceVersion }, spec }, { type: 'merge' }, context.signal);
      return true;
    } catch (error) {
      // Another job's, for another release, came between.
      if (!isKubeApiError(error) || error.status !== 409) throw error;
    }
  }
}

function osImages(config: KubeObject | undefined, image: OsImage): readonly OsImage[] {
  const before = (valueAt(config, 'spec', 'osImages') ?? []) as readonly OsImage[];
  const isOurs = (one: OsImage): boolean => one.openshiftVersion === image.openshiftVersion && one.cpuArchitecture === image.cpuArchitecture;
  const at = before.findIndex(isOurs);
  return at < 0 ? [...before, image] : before.map((one, index) => (index === at ? image : one)).filter((one, index) => index === at || !isOurs(one));
}

/** Its pods start anew with other mirrors. */
async function healthy({ kube, context }: Hub): Promise<void> {
  for (;;) {
    const config = await kube.get(AGENT_SERVICE_CONFIG, context.signal);
    const bad = ['ReconcileCompleted', 'DeploymentsHealthy'].map((type) => conditionOf(config, type)).find((one) => one?.status === 'False');
    context.waiting(bad && { object: objectPath(AGENT_SERVICE_CONFIG), condition: bad.type, reason: bad.reason, message: bad.message });
    if (bad === undefined) return;
    await context.clock.sleep(LOOK_MS, context.signal);
  }
}
