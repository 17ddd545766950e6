import { createHash } from 'node:crypto';
import type { LabPlan } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { Exec } from '../../util/exec.ts';
import { labPaths } from '../lab-paths.ts';
import { domainState, listDomains, virsh } from '../doors/virsh.ts';
import { runScript } from '../doors/run-script.ts';

/** The CD's name in every domain (render/libvirt-domain.ts). */
const DRIVE = 'sdz';

export interface FetchOptions {
  /** ISO of hubs are behind certificates of their own CA; `false` accepts any. */
  readonly verifyTls: boolean;
}

/** An image on a server: downloaded, and named by its content once it is put in its place. */
export interface FetchedImage {
  readonly draft: string;
  readonly file: string;
}

/** Downloads an image to the server, which must reach its URL. Throws `exec_failed` with curl's words. */
export async function fetchImage(exec: Exec, plan: Pick<LabPlan, 'lab'>, url: string, { verifyTls }: FetchOptions): Promise<FetchedImage> {
  const folder = `${labPaths(plan).imagesDir}/media`;
  const draft = `${folder}/.${createHash('sha256').update(url).digest('hex').slice(0, 16)}.part`;
  const script = `set -eu
mkdir -p "$1"
find "$1" -name '.*.part' -mmin +1440 -delete
curl --config - --output "$2"
printf %s "$1/$(sha256sum "$2" | cut -c1-32).iso"`;
  // The URL may hold a token, so it is not put where every process of the server can read it.
  const config = ['fail', 'location', 'silent', 'show-error', ...(verifyTls ? [] : ['insecure']), `url = "${url.replaceAll(/["\\]/g, encodeURIComponent)}"`];
  const { stdout } = await runScript(exec, { purpose: 'fetch the image', text: script, args: [folder, draft] }, { stdin: `${config.join('\n')}\n` });
  return { draft, file: stdout };
}

/** Puts a downloaded image in its place. @returns false when it is neither there nor downloaded any more. */
export async function placeImage(exec: Exec, { draft, file }: FetchedImage): Promise<boolean> {
  const script = 'if [ -e "$1" ]; then mv -f "$1" "$2"; else [ -e "$2" ]; fi';
  return (await exec(['sh', '-c', script, 'sh', draft, file], { okExitCodes: [0, 1] })).exitCode === 0;
}

/** Puts an image into the drive, now and at the next start, in place of the one that is there. */
export async function loadDrive(exec: Exec, domain: string, file: string): Promise<void> {
  for (const side of await sides(exec, domain)) await virsh(exec, ['change-media', domain, DRIVE, file, '--update', '--force', side]);
}

/** Takes out what is in the drive. */
export async function emptyDrive(exec: Exec, domain: string): Promise<void> {
  for (const side of await sides(exec, domain)) {
    const { stderr, exitCode } = await virsh(exec, ['change-media', domain, DRIVE, '--eject', '--force', side], { okExitCodes: [0, 1] });
    // An interrupted eject may have emptied one side.
    if (exitCode !== 0 && !/doesn't have media/.test(stderr)) throw new LabwrightError('exec_failed', `virsh cannot eject from ${domain}: ${stderr.trim()}`);
  }
}

/** Removes an image that no machine has in its drive. */
export async function removeUnusedImage(exec: Exec, file: string): Promise<void> {
  const users = (await listDomains(exec)).filter(({ xml }) => xml.includes(file));
  if (users.length === 0) await exec(['rm', '-f', '--', file]);
}

/** One at a time: with both, virsh writes one side's boot order into the other, where a boot override makes them differ. */
async function sides(exec: Exec, domain: string): Promise<readonly string[]> {
  return (await domainState(exec, domain)) === 'shut off' ? ['--config'] : ['--live', '--config'];
}
