import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { bytesText } from '../hub/mirror/bytes-text.ts';
import { readRelease } from '../hub/mirror/read-release.ts';
import { createRegistryClient } from '../hub/mirror/registry-client.ts';
import { syncFailure, syncImages, type SyncedImage } from '../hub/mirror/sync-images.ts';
import { parseImageReference } from '../render/mirror/image-reference.ts';
import { planMirror } from '../render/mirror/mirror-plan.ts';
import { readReleaseImages, type ReleaseImages } from '../render/mirror/read-release-images.ts';
import { systemClock } from '../util/clock.ts';
import { directDial } from '../util/dial.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { localExec } from '../util/exec.ts';
import { readTextFile } from '../util/read-text-file.ts';
import { makeTemporaryFolder } from '../util/temporary-folder.ts';
import { interruptSignal } from './interrupt-signal.ts';
import { checkedRegistry, MAX_RELEASE_BYTES } from './mirror-plan.ts';
import { collected, positiveNumber } from './options.ts';

const EXAMPLES = `
RELEASE is a release image, which oc is asked about, or a file that 'oc adm release info RELEASE_IMAGE -o json' wrote. Copies with
skopeo, by digest and with all architectures, what the registry does not have yet; run again, it goes on where it was. The release
itself comes last, so a registry that has it has all of it. The same is a step of disconnected jobs in a lab whose file says
'registry: {mirror: true}'.
Exit codes: 0 all is there, 1 something is not, 2 a mistake in the input.

Examples:
  labwright mirror sync quay.io/openshift-release-dev/ocp-release:4.18.1-x86_64 --registry registry.our.lab:5000 \\
    --ca registry-ca.pem --authfile pull-secret.json
  labwright mirror sync release.json --registry registry.our.lab:5000 --dry-run
`;

interface Flags {
  readonly registry: string;
  readonly ca?: string;
  readonly authfile?: string;
  readonly atOnce: number;
  readonly additionalImage: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `labwright mirror sync RELEASE --registry HOST`. */
export function mirrorSyncCommand(): Command {
  return new Command('sync')
    .description('copy what a registry inside does not have yet of a release')
    .argument('<release>', 'a release image, or what oc adm release info RELEASE_IMAGE -o json printed')
    .requiredOption('--registry <host>', 'the registry inside: registry.our.lab:5000')
    .option('--ca <file>', 'CA of its certificate, when this machine does not trust it')
    .option('--authfile <file>', 'logins of both registries, a pull secret for instance (default: $REGISTRY_AUTH_FILE)', process.env['REGISTRY_AUTH_FILE'])
    .option('--at-once <n>', 'images that are copied at the same time', positiveNumber, 4)
    .option('--additional-image <image>', 'an image by digest to copy too; may be repeated', collected, [])
    .option('--dry-run', 'only say what is missing')
    .option('--json', 'print what became of each image as JSON')
    .addHelpText('after', EXAMPLES)
    .action(sync);
}

async function sync(given: string, flags: Flags): Promise<void> {
  const signal = interruptSignal();
  const registry = checkedRegistry(flags.registry);
  await using folder = await makeTemporaryFolder('labwright-mirror-');
  const ca = flags.ca === undefined ? undefined : await fileOf('--ca', flags.ca);
  const pullSecret = flags.authfile === undefined ? '{}' : await fileOf('--authfile', flags.authfile);
  if (!isJson(pullSecret)) throw new LabwrightError('bad_input', `--authfile ${flags.authfile} is no JSON`, { hint: 'write {"auths": {"HOST": {"auth": …}}}' });
  const release = await releaseOf(given, { pullSecret, workDir: folder.path }, signal);
  const plan = planMirror(release, registry, flags.additionalImage);
  const certDir = join(folder.path, 'certs');
  if (ca !== undefined) await mkdir(certDir).then(() => writeFile(join(certDir, 'ca.crt'), ca));
  const deps = {
    clock: systemClock,
    registry: createRegistryClient({ clock: systemClock, dial: directDial, ca, pullSecret }),
    skopeo: (args: readonly string[], options: Parameters<typeof localExec>[1]) => localExec(['skopeo', ...args], options),
    authPath: flags.authfile,
    certDir: ca === undefined ? undefined : certDir,
  };
  let bytes = 0;
  const options = {
    atOnce: flags.atOnce,
    dryRun: flags.dryRun === true,
    onImage(image: SyncedImage, { done, total }: { readonly done: number; readonly total: number }) {
      if (image.status === 'copied') bytes += image.bytes ?? 0;
      process.stderr.write(`${String(done).padStart(String(total).length)}/${total} ${lineOf(image)}\n`);
    },
    onRetry: (image: { readonly name: string }, message: string, pauseMs: number) =>
      void process.stderr.write(`${image.name}: ${message}; again in ${pauseMs / 1000} s\n`),
  };
  const images = await syncImages(deps, plan, options, signal);
  if (flags.json) process.stdout.write(`${JSON.stringify({ version: plan.version, registry, images }, null, 2)}\n`);
  else process.stdout.write(`${summary(images, bytes)}\n`);
  const failure = syncFailure(images);
  if (failure) throw failure.error;
  if (images.some(({ status }) => status === 'missing')) process.exitCode = 1;
}

function lineOf(image: SyncedImage): string {
  if (image.status === 'failed') return `failed   ${image.name} ${image.source}: ${image.reason}`;
  const size = image.status === 'copied' && image.bytes !== undefined ? ` ${bytesText(image.bytes)}` : '';
  return `${image.status.padEnd(8)} ${image.name} ${image.mirror}${size}`;
}

function summary(images: readonly SyncedImage[], bytes: number): string {
  const counts = (['copied', 'present', 'missing', 'failed'] as const).map((status) => [status, images.filter((one) => one.status === status).length] as const);
  const said = counts.flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : [])).join(', ');
  return bytes > 0 ? `${said}; ${bytesText(bytes)}` : said;
}

async function releaseOf(
  given: string,
  { pullSecret, workDir }: { readonly pullSecret: string; readonly workDir: string },
  signal: AbortSignal,
): Promise<ReleaseImages> {
  if (!existsSync(given) && parseImageReference(given) !== undefined)
    return readRelease({ clock: systemClock, exec: localExec, oc: ['oc'], workDir }, { image: given, pullSecret, caPath: undefined }, signal);
  const hint = 'name a release image, or write the file with: oc adm release info RELEASE_IMAGE -o json';
  return readReleaseImages(await readTextFile(given, { maxBytes: MAX_RELEASE_BYTES, hint }), given);
}

async function fileOf(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new LabwrightError('bad_input', `${option} ${path} cannot be read: ${messageOf(cause)}`, { cause, hint: 'name a file' });
  }
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
