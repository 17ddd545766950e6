import { Command } from 'commander';
import { stringify } from 'yaml';
import { mirrorObject } from '../render/mirror/mirror-objects.ts';
import { planMirror, type MirrorPlan } from '../render/mirror/mirror-plan.ts';
import { readReleaseImages } from '../render/mirror/read-release-images.ts';
import { LabwrightError } from '../util/errors.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { shellWord } from '../util/shell-word.ts';
import { table } from './table.ts';

const EXAMPLES = `
RELEASE-FILE is what 'oc adm release info RELEASE_IMAGE -o json' prints. The layout is that of oc-mirror: openshift/release-images and openshift/release;
other repositories keep their path. Contacts nothing.

Examples:
  labwright mirror plan examples/release-4.18.1.json --registry registry.our.lab:5000
  labwright mirror plan release.json --registry registry.our.lab:5000 --manifest | oc apply -f -
  labwright mirror plan release.json --registry registry.our.lab:5000 --commands | sh -e
`;

/** A release of OpenShift has some 190 images of 200 bytes each. */
export const MAX_RELEASE_BYTES = 16 * 1024 * 1024;

interface Flags {
  readonly registry: string;
  readonly json?: boolean;
  readonly manifest?: boolean;
  readonly commands?: boolean;
}

/** `labwright mirror plan RELEASE-FILE --registry HOST`. */
export function mirrorPlanCommand(): Command {
  return new Command('plan')
    .description('list the images of a release by digest, and where a registry must hold them')
    .argument('<release-file>', 'what oc adm release info RELEASE_IMAGE -o json printed')
    .requiredOption('--registry <host>', 'the registry inside: registry.our.lab:5000')
    .option('--json', 'print {version, registry, images, sources, manifest} as JSON')
    .option('--manifest', 'print the ImageDigestMirrorSet, or for releases before 4.13 the ImageContentSourcePolicy, as YAML')
    .option('--commands', 'print a skopeo command for each image')
    .addHelpText('after', EXAMPLES)
    .action(plan);
}

/** @throws LabwrightError `bad_input` for what is no host. */
export function checkedRegistry(host: string): string {
  if (/^[\w.-]+(:\d+)?$/.test(host)) return host;
  throw new LabwrightError('bad_input', `--registry ${host} is no host`, { hint: 'write HOST or HOST:PORT, without https:// and without a path' });
}

async function plan(path: string, { registry: given, json, manifest, commands }: Flags): Promise<void> {
  const registry = checkedRegistry(given);
  const text = await readTextFile(path, { maxBytes: MAX_RELEASE_BYTES, hint: 'write it with: oc adm release info RELEASE_IMAGE -o json' });
  const planned = planMirror(readReleaseImages(text, path), registry);
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...planned, manifest: mirrorObject(planned) }, null, 2)}\n`
      : manifest
        ? stringify(mirrorObject(planned))
        : commands
          ? copies(planned)
          : table(planned.images.map(({ name, source, mirror }) => [name, source, mirror])),
  );
}

/** All architectures of each: the digest is that of the list of them. The release has a tag too, by which jobs may name it. */
function copies({ version, images }: MirrorPlan): string {
  const [release] = images;
  const tagged = images.map(({ source, mirror }) => [source, mirror]).concat([[release!.source, `${release!.mirror.split('@')[0]}:${version}-x86_64`]]);
  return tagged.map((pair) => `skopeo copy --all ${pair.map((image) => shellWord(`docker://${image}`)).join(' ')}\n`).join('');
}
