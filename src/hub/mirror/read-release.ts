import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinOf, parseImageReference } from '../../render/mirror/image-reference.ts';
import { readReleaseImages, type ReleaseImages } from '../../render/mirror/read-release-images.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { ActionDeps } from '../action.ts';

export interface ReadReleaseOptions {
  readonly image: string;
  readonly pullSecret: string;
  /** File with the CA of the registry that has it; undefined: one that this machine trusts. */
  readonly caPath: string | undefined;
}

/** The release's own list of its images, read from the release image by `oc`. @throws StepFailed that says how to try it by hand. */
export async function readRelease(
  deps: Pick<ActionDeps, 'clock' | 'exec' | 'oc' | 'workDir'>,
  { image, pullSecret, caPath }: ReadReleaseOptions,
  signal: AbortSignal,
): Promise<ReleaseImages> {
  const auth = join(deps.workDir, 'registry-auth.json');
  await deps.clock.during(writeFile(auth, pullSecret, { mode: 0o600 }));
  const trust = caPath === undefined ? [] : ['--certificate-authority', caPath];
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

/** `quay.io/ocp/release:4.18.1` → `quay.io/ocp/release`. */
export function withoutPin(image: string): string {
  const reference = parseImageReference(image);
  return reference ? image.slice(0, image.length - pinOf(reference).length) : image;
}
