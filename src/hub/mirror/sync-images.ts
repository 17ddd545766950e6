import { parseImageReference } from '../../render/mirror/image-reference.ts';
import type { MirroredImage, MirrorPlan } from '../../render/mirror/mirror-plan.ts';
import type { Clock } from '../../util/clock.ts';
import { LabwrightError } from '../../util/errors.ts';
import type { RegistryClient } from './registry-client.ts';
import { copyHint, type CopyFailure } from './skopeo-failure.ts';
import { copyCommand, copyImage, imageSize, type SkopeoDeps } from './skopeo.ts';

/**
 * What became of an image. It is *present* when the registry has it by its digest, *missing* when that is all that was asked,
 * *copied* when it was brought, and *failed* when that could not be done.
 */
export type SyncedImage = MirroredImage &
  (
    | { readonly status: 'present' | 'missing' }
    | { readonly status: 'copied'; readonly bytes: number | undefined; readonly attempts: number }
    | { readonly status: 'failed'; readonly reason: CopyFailure; readonly message: string; readonly hint: string }
  );

export interface SyncDeps extends SkopeoDeps {
  readonly clock: Clock;
  /** The registry inside. */
  readonly registry: RegistryClient;
}

export interface SyncOptions {
  /** Copies that run at the same time. */
  readonly atOnce: number;
  /** Looks only. */
  readonly dryRun?: boolean;
  readonly onImage: (image: SyncedImage, progress: { readonly done: number; readonly total: number }) => void;
  /** A try of several has failed. */
  readonly onRetry: (image: MirroredImage, message: string, pauseMs: number) => void;
}

const PAUSES_MS = [5000, 15_000, 45_000];
const AGAIN: ReadonlySet<CopyFailure> = new Set(['Transient', 'NotWritten']);
/** The next image would fail in the same way. */
const HOPELESS: ReadonlySet<CopyFailure> = new Set(['Unauthorized', 'NoSpace', 'NotWritten', 'UntrustedCertificate', 'NotInstalled']);

/**
 * Brings into a registry what it does not have yet. Every image is looked for by its digest first, so a run that was interrupted
 * goes on where it was. The release comes last, and its tag after it: a release that is there is there whole.
 *
 * @throws LabwrightError for a registry inside that does not answer, or wants another login. What a copy fails on is a result.
 */
export async function syncImages(deps: SyncDeps, plan: MirrorPlan, options: SyncOptions, signal: AbortSignal): Promise<readonly SyncedImage[]> {
  const { parts, release } = inOrder(plan);
  const total = parts.length + release.length;
  const results: SyncedImage[] = [];
  const isHopeless = (): boolean => results.some((one) => one.status === 'failed' && HOPELESS.has(one.reason));
  const sync = async (image: MirroredImage): Promise<void> => {
    const result = await syncImage(deps, image, options, signal);
    results.push(result);
    options.onImage(result, { done: results.length, total });
  };
  const waiting = [...parts];
  const worker = async (): Promise<void> => {
    for (let image = waiting.shift(); image !== undefined && !isHopeless(); image = waiting.shift()) await sync(image);
  };
  await Promise.all(Array.from({ length: Math.max(1, options.atOnce) }, worker));
  for (const image of release) {
    if (!results.some(({ status }) => status === 'failed')) await sync(image);
  }
  return results;
}

/** One error for all that failed; undefined when nothing did. */
export function syncFailure(
  results: readonly SyncedImage[],
): { readonly image: SyncedImage & { readonly status: 'failed' }; readonly error: LabwrightError } | undefined {
  const failed = results.filter((one) => one.status === 'failed');
  const [image] = failed;
  if (image === undefined) return undefined;
  const more = failed.length > 1 ? `, and ${failed.length - 1} more` : '';
  const code = image.reason === 'Unauthorized' ? 'unauthorized' : image.reason === 'ManifestUnknown' ? 'not_found' : 'refused';
  return { image, error: new LabwrightError(code, `${image.name} (${image.source}) was not copied${more}: ${image.message}`, { hint: image.hint }) };
}

async function syncImage(deps: SyncDeps, image: MirroredImage, { dryRun, onRetry }: SyncOptions, signal: AbortSignal): Promise<SyncedImage> {
  signal.throwIfAborted();
  const wanted = parseImageReference(image.source)?.digest;
  const found = await deps.registry.manifestDigest(image.mirror, signal);
  if (found !== undefined && (wanted === undefined || found === wanted)) return { ...image, status: 'present' };
  if (dryRun === true) return { ...image, status: 'missing' };
  const bytes = await imageSize(deps, image, signal);
  for (let attempt = 0; ; attempt++) {
    const result = await copyImage(deps, image, signal);
    if (result.failure === undefined) return { ...image, status: 'copied', bytes, attempts: attempt + 1 };
    const pauseMs = AGAIN.has(result.failure) ? PAUSES_MS[attempt] : undefined;
    if (pauseMs === undefined) {
      const hint = `${copyHint(result.failure)}; try it by hand: ${copyCommand(image)}`;
      return { ...image, status: 'failed', reason: result.failure, message: result.message, hint };
    }
    onRetry(image, result.message, pauseMs);
    await deps.clock.sleep(pauseMs, signal);
  }
}

/** Jobs may name the release by tag as well. */
function inOrder({ version, images }: MirrorPlan): { readonly parts: readonly MirroredImage[]; readonly release: readonly MirroredImage[] } {
  const release = images.filter(({ name }) => name === 'release');
  const tagged = release.map((image) => ({ ...image, name: 'release tag', mirror: `${image.mirror.split('@')[0]}:${version}-x86_64` }));
  return { parts: images.filter(({ name }) => name !== 'release'), release: [...release, ...tagged] };
}
