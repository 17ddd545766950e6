import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { planMirror } from '../../render/mirror/mirror-plan.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { createTurns } from '../../util/in-turn.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step, StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { mirrorCa, type MirrorInside } from './mirror-inside.ts';
import { readRelease } from './read-release.ts';
import { createRegistryClient } from './registry-client.ts';
import { syncFailure, syncImages } from './sync-images.ts';
import { bytesText } from './bytes-text.ts';

const HOUR_MS = 60 * 60_000;
const AT_ONCE = 4;

/** Jobs that begin together want the same images: the second finds what the first has brought. */
const inTurn = createTurns();

/** Copies what the release needs into the registry inside, when the lab file asks for it (`mirror: true`). */
export function syncMirror(input: ActionInput, mirror: MirrorInside): readonly Step<ActionDeps>[] {
  if (!mirror.sync) return [];
  return [
    {
      id: 'sync-mirror',
      title: `Copy release ${input.release.version} into ${mirror.registry}`,
      limitMs: 6 * HOUR_MS,
      run: (deps, context) => inTurn(mirror.registry, () => sync(input, mirror, deps, context)),
    },
  ];
}

async function sync({ pullSecret, release }: ActionInput, mirror: MirrorInside, deps: ActionDeps, context: StepContext): Promise<void> {
  const { signal } = context;
  const images = await readRelease(deps, { image: mirror.source, pullSecret, caPath: undefined }, signal);
  const plan = planMirror(images, mirror.registry, mirror.additionalImages);
  const ca = await deps.clock.during(mirrorCa(mirror));
  const authPath = join(deps.workDir, 'mirror-auth.json');
  const certDir = join(deps.workDir, 'mirror-certs');
  await deps.clock.during(writeFile(authPath, pullSecret, { mode: 0o600 }));
  if (ca !== undefined) await deps.clock.during(mkdir(certDir, { recursive: true }).then(() => writeFile(join(certDir, 'ca.crt'), ca)));
  const registry = createRegistryClient({ ...deps, ca, pullSecret });
  try {
    const results = await syncImages(
      { ...deps, registry, authPath, certDir: ca === undefined ? undefined : certDir },
      plan,
      {
        atOnce: AT_ONCE,
        onImage(image, { done, total }) {
          context.progress(Math.floor((100 * done) / total));
          if (image.status === 'copied')
            context.log(`copied ${image.name}${image.bytes === undefined ? '' : `, ${bytesText(image.bytes)}`} (${done} of ${total})`);
        },
        onRetry: (image, message, pauseMs) => context.log(`${image.name}: ${message}; again in ${pauseMs / 1000} s`),
      },
      signal,
    );
    const failure = syncFailure(results);
    if (failure) {
      const { image, error } = failure;
      throw new StepFailed(
        'refused',
        { object: image.source, condition: 'Mirrored', reason: image.reason, message: error.message },
        { cause: error, hint: image.hint },
      );
    }
    const copied = results.filter(({ status }) => status === 'copied').length;
    context.log(`${mirror.registry} has ${release.version}: ${copied} images copied, ${results.length - copied} were there`);
  } catch (error) {
    if (!isLabwrightError(error) || error instanceof StepFailed || signal.aborted) throw error;
    const on = { object: mirror.registry, condition: 'Reachable', reason: error.code, message: messageOf(error) };
    throw new StepFailed(error.code === 'unreachable' ? 'unreachable' : 'refused', on, { cause: error, ...(error.hint !== undefined && { hint: error.hint }) });
  } finally {
    await deps.clock.during(rm(authPath, { force: true }));
  }
}
