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

/**
 * Downloads an image to the server, which must reach its URL. Equal images of several machines are one file.
 *
 * @returns the file's path. Throws `exec_failed` with curl's words.
 */
export async function fetchImage(exec: Exec, plan: Pick<LabPlan, 'lab'>, url: string, { verifyTls }: FetchOptions): Promise<string> {
  const folder = `${labPaths(plan).imagesDir}/media`;
  const draft = `${folder}/.${createHash('sha256').update(url).digest('hex').slice(0, 16)}.part`;
  const script = `set -eu
mkdir -p "$1"
curl --config - --output "$2"
name="$1/$(sha256sum "$2" | cut -c1-32).iso"
mv -f "$2" "$name"
printf %s "$name"`;
  // The URL may hold a token, so it is not put where every process of the server can read it.
  const config = ['fail', 'location', 'silent', 'show-error', ...(verifyTls ? [] : ['insecure']), `url = "${url.replaceAll(/["\\]/g, encodeURIComponent)}"`];
  return (await runScript(exec, { purpose: 'fetch the image', text: script, args: [folder, draft] }, { stdin: `${config.join('\n')}\n` })).stdout;
}

/** Puts an image into the drive, now and at the next start, in place of the one that is there. */
export async function loadDrive(exec: Exec, domain: string, file: string): Promise<void> {
  for (const side of await sides(exec, domain)) await virsh(exec, ['change-media', domain, DRIVE, file, '--update', '--force', side]);
}

/** Takes out what is in the drive, and the file when no other machine has it in its own. */
export async function emptyDrive(exec: Exec, domain: string, file: string): Promise<void> {
  for (const side of await sides(exec, domain)) {
    const { stderr, exitCode } = await virsh(exec, ['change-media', domain, DRIVE, '--eject', '--force', side], { okExitCodes: [0, 1] });
    // An interrupted eject may have emptied one side.
    if (exitCode !== 0 && !/doesn't have media/.test(stderr)) throw new LabwrightError('exec_failed', `virsh cannot eject from ${domain}: ${stderr.trim()}`);
  }
  const users = (await listDomains(exec)).filter(({ xml }) => xml.includes(file));
  if (users.length === 0) await exec(['rm', '-f', '--', file]);
}

/** One at a time: with both, virsh writes one side's boot order into the other, where a boot override makes them differ. */
async function sides(exec: Exec, domain: string): Promise<readonly string[]> {
  return (await domainState(exec, domain)) === 'shut off' ? ['--config'] : ['--live', '--config'];
}
