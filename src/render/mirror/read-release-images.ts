import * as z from 'zod';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import { parseImageReference } from './image-reference.ts';

/** The images that a release is made of. */
export interface ReleaseImages {
  readonly version: string;
  /** The release image itself, by digest. */
  readonly image: string;
  /** Version of RHCOS, where the release says it. */
  readonly machineOs: string | undefined;
  readonly components: readonly { readonly name: string; readonly image: string }[];
}

/** The payload's `release-manifests/image-references`: an ImageStream with a tag per component. */
const References = z.object({
  kind: z.literal('ImageStream'),
  spec: z.object({ tags: z.array(z.object({ name: z.string(), from: z.object({ kind: z.literal('DockerImage'), name: z.string() }) })).min(1) }),
});

const ReleaseInfo = z.object({
  image: z.string(),
  digest: z.string(),
  metadata: z.object({ version: z.string() }),
  references: References,
  displayVersions: z.record(z.string(), z.object({ Version: z.string() })).optional(),
});

/**
 * Reads what `oc adm release info IMAGE -o json` prints.
 *
 * @throws LabwrightError `bad_input` that names the file and what it lacks; also when an image is not given by digest, for what
 * a tag means may be another image tomorrow.
 */
export function readReleaseImages(text: string, path: string): ReleaseImages {
  const hint = 'write it with: oc adm release info RELEASE_IMAGE -o json';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LabwrightError('bad_input', `${path} is no JSON: ${messageOf(cause)}`, { cause, hint });
  }
  const { success, data, error } = ReleaseInfo.safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    throw new LabwrightError('bad_input', `${path} describes no release: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, { hint });
  }
  const release = parseImageReference(data.image);
  if (release === undefined) throw new LabwrightError('bad_input', `${path}: image: ${data.image} names no registry`, { hint });
  const components = data.references.spec.tags.map(({ name, from }) => ({ name, image: from.name }));
  for (const { name, image } of components) {
    if (parseImageReference(image)?.digest === undefined)
      throw new LabwrightError('bad_input', `${path}: component ${name} is ${image}, which is no image by digest`, { hint });
  }
  return {
    version: data.metadata.version,
    image: `${release.host}/${release.repository}@${data.digest}`,
    machineOs: data.displayVersions?.['machine-os']?.Version,
    components,
  };
}
