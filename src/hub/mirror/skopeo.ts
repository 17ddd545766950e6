import { parseImageReference } from '../../render/mirror/image-reference.ts';
import { isLabwrightError, messageOf } from '../../util/errors.ts';
import type { Exec, ExecResult } from '../../util/exec.ts';
import { shellWord } from '../../util/shell-word.ts';
import { copyFailure, type CopyFailure } from './skopeo-failure.ts';

/** skopeo, or what stands in for it: its arguments alone. It reaches registries outside of the lab, also for a disconnected job: what mirrors is the jumphost. */
export type Skopeo = (args: readonly string[], options: NonNullable<Parameters<Exec>[1]>) => Promise<ExecResult>;

export interface SkopeoDeps {
  readonly skopeo: Skopeo;
  /** File with logins (containers-auth.json(5)); undefined: skopeo's own. */
  readonly authPath: string | undefined;
  /** Folder with the CA of the registry inside, as `ca.crt`; undefined: one that this machine trusts. */
  readonly certDir: string | undefined;
}

/** One image, from where it is to where it has to be. */
export interface Copy {
  readonly source: string;
  readonly mirror: string;
}

export type CopyResult = { readonly failure: undefined } | { readonly failure: CopyFailure; readonly message: string };

const COPY_MS = 60 * 60_000;
const LOOK_MS = 60_000;

/** With all its architectures, byte for byte: another digest would be another image. */
export async function copyImage(deps: SkopeoDeps, copy: Copy, signal: AbortSignal): Promise<CopyResult> {
  try {
    await deps.skopeo(copyArguments(deps, copy), { signal, timeoutMs: COPY_MS, env: { LC_ALL: 'C' } });
    return { failure: undefined };
  } catch (error) {
    signal.throwIfAborted();
    if (!isLabwrightError(error)) throw error;
    if (error.code === 'timed_out') return { failure: 'Transient', message: messageOf(error) };
    const said = saidBy(error.cause as Partial<ExecResult> | undefined) ?? messageOf(error);
    return { failure: copyFailure(said), message: said };
  }
}

/** The command for a person who tries it by hand, with the logins and the CA of their own. */
export function copyCommand(copy: Copy): string {
  return ['skopeo', ...copyArguments({ authPath: undefined, certDir: undefined }, copy)].map(shellWord).join(' ');
}

/** @returns the size of an image in bytes, compressed; undefined for a list of images, and when the source does not say. */
export async function imageSize({ skopeo, authPath }: SkopeoDeps, { source }: Copy, signal: AbortSignal): Promise<number | undefined> {
  const auth = authPath === undefined ? [] : ['--authfile', authPath];
  try {
    const { stdout } = await skopeo(['inspect', '--raw', ...auth, `docker://${source}`], { signal, timeoutMs: LOOK_MS, env: { LC_ALL: 'C' } });
    const { layers, config } = JSON.parse(stdout) as { readonly layers?: readonly { readonly size?: number }[]; readonly config?: { readonly size?: number } };
    if (layers === undefined) return undefined;
    let bytes = config?.size ?? 0;
    for (const { size = 0 } of layers) bytes += size;
    return bytes;
  } catch {
    signal.throwIfAborted();
    return undefined; // The copy says what is wrong.
  }
}

function copyArguments({ authPath, certDir }: Pick<SkopeoDeps, 'authPath' | 'certDir'>, { source, mirror }: Copy): readonly string[] {
  const auth = authPath === undefined ? [] : ['--authfile', authPath];
  const certs = certDir === undefined ? [] : ['--dest-cert-dir', certDir];
  return ['copy', '--all', '--preserve-digests', ...auth, ...certs, `docker://${pullable(source)}`, `docker://${pullable(mirror)}`];
}

/** skopeo takes a tag or a digest, not both. */
function pullable(image: string): string {
  const { host, repository, tag, digest } = parseImageReference(image)!;
  return `${host}/${repository}${digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`}`;
}

/** The last of what it said, without the time and level in front. */
function saidBy(result: Partial<ExecResult> | undefined): string | undefined {
  const line = result?.stderr?.trim().split('\n').at(-1);
  if (line === undefined || line === '') return undefined;
  const [, message] = /msg="((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
  return (message ?? line).replaceAll('\\n', ' ').replaceAll(/\\(.)/g, '$1').trim().slice(-600);
}
