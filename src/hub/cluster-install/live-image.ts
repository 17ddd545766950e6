import { createHash } from 'node:crypto';
import { existsSync, createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { LabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { osImageOf } from '../mirror/mirror-inside.ts';
import { runInstaller, runProgram } from './run-installer.ts';

/** What `openshift-install coreos print-stream-json` says of the live ISO. */
const Disk = z.object({ location: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const Stream = z.object({
  architectures: z.object({
    x86_64: z.object({ artifacts: z.object({ metal: z.object({ formats: z.object({ iso: z.object({ disk: Disk }) }) }) }) }),
  }),
});

/**
 * The live ISO of RHCOS that the installer's release names, checked and kept between jobs; a disconnected job takes the one that
 * the HTTP store inside has.
 *
 * @returns its path.
 */
export async function liveImage(input: ActionInput, deps: ActionDeps, context: StepContext): Promise<string> {
  if (input.mirror) return await download(osImageOf(input.mirror, input.release.version).url, join(deps.workDir, 'rhcos-live.iso'), { input, deps, context });
  const { stdout } = await runInstaller(input, deps, context, ['coreos', 'print-stream-json'], 'LiveImageKnown');
  const { location, sha256 } = readStream(stdout);
  const kept = join(deps.imagesDir, `${sha256}.iso`);
  if (existsSync(kept)) return kept;
  return await download(location, kept, { input, deps, context, sha256 });
}

interface Download {
  readonly input: ActionInput;
  readonly deps: ActionDeps;
  readonly context: StepContext;
  readonly sha256?: string;
}

/** Into a folder of this job's own first: other jobs may download the same, and what lies at `path` is whole. */
async function download(url: string, path: string, { input, deps, context, sha256 }: Download): Promise<string> {
  const folder = `${path}-${input.job.replaceAll(/[^\w.-]/g, '_')}`;
  const { clock, coreosInstaller: program } = deps;
  await clock.during(rm(folder, { recursive: true, force: true }).then(() => mkdir(folder, { recursive: true, mode: 0o700 })));
  context.log(`download ${url}`);
  // Its checksum comes from the installer, which is what is trusted: a mirror may have no signature beside it.
  await runProgram(input, deps, context, {
    program,
    args: ['download', '--image-url', url, '--insecure', '--directory', folder],
    makes: 'LiveImageDownloaded',
  });
  const [name] = await clock.during(readdir(folder));
  if (name === undefined) throw new LabwrightError('refused', `${program.join(' ')} download ended well and left nothing of ${url}`);
  const found = sha256 === undefined ? undefined : await clock.during(checksum(join(folder, name)));
  if (found !== sha256) {
    const on = {
      object: url,
      condition: 'LiveImageChecked',
      reason: 'ChecksumMismatch',
      message: `its sha256 is ${found}, and the installer expects ${sha256}`,
    };
    throw new StepFailed('refused', on, { hint: 'look at what answers at that address: a proxy, or a mirror of another release' });
  }
  await clock.during(rename(join(folder, name), path).then(() => rm(folder, { recursive: true, force: true })));
  return path;
}

function readStream(text: string): z.infer<typeof Disk> {
  try {
    return Stream.parse(JSON.parse(text)).architectures.x86_64.artifacts.metal.formats.iso.disk;
  } catch (cause) {
    throw new LabwrightError('refused', 'the installer names no live ISO of RHCOS for x86_64', {
      cause,
      hint: 'try it by hand: openshift-install coreos print-stream-json',
    });
  }
}

async function checksum(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
