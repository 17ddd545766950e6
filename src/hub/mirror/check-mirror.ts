import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinOf, parseImageReference } from '../../render/mirror/image-reference.ts';
import { planMirror, type MirroredImage } from '../../render/mirror/mirror-plan.ts';
import { readReleaseImages, type ReleaseImages } from '../../render/mirror/read-release-images.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { httpGet } from '../../util/http-get.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { mirrorCa, osImageOf, rememberMirror, type MirrorInside } from './mirror-inside.ts';
import { manifestDigest, type RegistryDeps } from './registry-client.ts';

const AT_ONCE = 8;
const NAMED = 3;

/** Of a disconnected job: everything that its installation will ask for is inside, before anything is touched. None for another job. */
export function checkMirror(input: ActionInput): readonly Step<ActionDeps>[] {
  const { mirror, release } = input;
  if (mirror === undefined) return [];
  return [
    {
      id: 'check-mirror',
      title: `Check that ${mirror.registry} has release ${release.version}`,
      limitMs: 15 * 60_000,
      async run(deps, context) {
        const registry: RegistryDeps = { ...deps, ca: await deps.clock.during(mirrorCa(mirror)), pullSecret: input.pullSecret };
        const digest = await asked(registry, release.image, context);
        if (digest === undefined) throw missing(mirror, [{ name: 'release', source: mirror.source, mirror: release.image }], 1);
        const images = await releaseImages(input, mirror, deps, context);
        const plan = planMirror({ ...images, image: `${withoutPin(mirror.source)}@${digest}` }, mirror.registry);
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

async function asked(registry: RegistryDeps, image: string, { signal }: StepContext): Promise<string | undefined> {
  try {
    return await manifestDigest(registry, image, signal);
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

/** The release's own list of its images, read from the mirrored release by `oc`. */
async function releaseImages(input: ActionInput, mirror: MirrorInside, deps: ActionDeps, { signal }: StepContext): Promise<ReleaseImages> {
  const { image } = input.release;
  const auth = join(deps.workDir, 'registry-auth.json');
  await deps.clock.during(writeFile(auth, input.pullSecret, { mode: 0o600 }));
  const trust = mirror.caPath === undefined ? [] : ['--certificate-authority', mirror.caPath];
  try {
    const { stdout } = await deps.exec([...deps.oc, 'adm', 'release', 'info', image, '-o', 'json', '--registry-config', auth, ...trust], { signal });
    return readReleaseImages(stdout, image);
  } catch (error) {
    if (!isLabwrightError(error) || signal.aborted) throw error;
    const on = { object: image, condition: 'Read', reason: error.code, message: messageOf(error) };
    throw new StepFailed('refused', on, { cause: error, hint: `try it by hand: oc adm release info ${image}` });
  } finally {
    await deps.clock.during(rm(auth, { force: true }));
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
    hint: `copy it with: skopeo copy --all docker://${first!.source} docker://${first!.mirror}; or mirror the whole release with oc-mirror`,
  });
}

function withoutPin(image: string): string {
  const reference = parseImageReference(image);
  return reference ? image.slice(0, image.length - pinOf(reference).length) : image;
}
