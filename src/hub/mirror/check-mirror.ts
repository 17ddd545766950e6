import { parseImageReference } from '../../render/mirror/image-reference.ts';
import { planMirror, type MirroredImage } from '../../render/mirror/mirror-plan.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { httpGet } from '../../util/http-get.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { mirrorCa, osImageOf, rememberMirror, type MirrorInside } from './mirror-inside.ts';
import { readRelease, withoutPin } from './read-release.ts';
import { createRegistryClient, type RegistryClient } from './registry-client.ts';
import { copyCommand } from './skopeo.ts';
import { syncMirror } from './sync-mirror.ts';

const AT_ONCE = 8;
const NAMED = 3;

/**
 * Of a disconnected job: everything that its installation will ask for is inside, before anything is touched; it is copied there first
 * when the lab file asks for it. None for another job.
 */
export function checkMirror(input: ActionInput): readonly Step<ActionDeps>[] {
  const { mirror, release } = input;
  if (mirror === undefined) return [];
  return [
    ...syncMirror(input, mirror),
    {
      id: 'check-mirror',
      title: `Check that ${mirror.registry} has release ${release.version}`,
      limitMs: 15 * 60_000,
      async run(deps, context) {
        const registry = createRegistryClient({ ...deps, ca: await deps.clock.during(mirrorCa(mirror)), pullSecret: input.pullSecret });
        const digest = await asked(registry, release.image, context);
        if (digest === undefined) throw missing(mirror, [{ name: 'release', source: mirror.source, mirror: release.image }], 1);
        const { pullSecret } = input;
        const images = await readRelease(deps, { image: release.image, pullSecret, caPath: mirror.caPath }, context.signal);
        const plan = planMirror({ ...images, image: `${withoutPin(mirror.source)}@${digest}` }, mirror.registry, mirror.additionalImages);
        const gone: MirroredImage[] = [];
        for (let index = 0; index < plan.images.length; index += AT_ONCE) {
          const some = plan.images.slice(index, index + AT_ONCE);
          const found = await Promise.all(some.map((image) => asked(registry, image.mirror, context)));
          gone.push(...some.filter((_, at) => found[at] === undefined));
        }
        if (gone.length > 0) throw missing(mirror, gone, plan.images.length);
        await checkStore(mirror, release.version, deps, context);
        context.log(`${mirror.registry} has the ${plan.images.length} images of ${release.version}`);
        return rememberMirror({ release: plan.images[0]!.mirror, sources: plan.sources, machineOs: images.machineOs ?? release.version });
      },
    },
  ];
}

async function asked(registry: RegistryClient, image: string, { signal }: StepContext): Promise<string | undefined> {
  try {
    return await registry.manifestDigest(image, signal);
  } catch (error) {
    if (!isLabwrightError(error) || signal.aborted) throw error;
    const host = parseImageReference(image)!.host;
    const on = { object: host, condition: 'Reachable', reason: error.code, message: messageOf(error) };
    throw new StepFailed(error.code === 'unreachable' ? 'unreachable' : 'refused', on, {
      cause: error,
      hint: error.hint ?? `see that the registry runs on the jumphost, and its certificate: curl -v https://${host}/v2/`,
    });
  }
}

async function checkStore(mirror: MirrorInside, version: string, deps: ActionDeps, { signal }: StepContext): Promise<void> {
  const { url, rootFSUrl } = osImageOf(mirror, version);
  for (const file of [url, rootFSUrl]) {
    const status = await headStatus(deps, file, signal);
    if (status === 200) continue;
    const on = {
      object: file,
      condition: 'Served',
      reason: status === undefined ? 'Unreachable' : `HTTP ${status}`,
      message: status === undefined ? 'nobody answers' : 'the HTTP store does not have it',
    };
    throw new StepFailed(status === undefined ? 'unreachable' : 'refused', on, {
      hint: 'put the live image of RHCOS there: openshift-install coreos print-stream-json',
    });
  }
}

async function headStatus(deps: ActionDeps, url: string, signal: AbortSignal): Promise<number | undefined> {
  return (await httpGet(deps, url, signal, { method: 'HEAD' }))?.status;
}

function missing({ registry }: MirrorInside, gone: readonly Pick<MirroredImage, 'name' | 'source' | 'mirror'>[], of: number): StepFailed {
  const [first] = gone;
  const names = gone.slice(0, NAMED).map(({ name }) => name);
  const more = gone.length > NAMED ? ` and ${gone.length - NAMED} more` : '';
  const on = {
    object: first!.mirror,
    condition: 'Mirrored',
    reason: 'ManifestUnknown',
    message: `${registry} lacks ${gone.length} of ${of} images: ${names.join(', ')}${more}`,
  };
  return new StepFailed('refused', on, {
    hint: `copy it with: ${copyCommand(first!)}; the whole release with labwright mirror sync or oc-mirror`,
  });
}
