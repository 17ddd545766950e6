import { syntheticRelease } from '../../release/synthetic-release.ts';

/** How many later releases of its minor version a simulated cluster is offered. */
const OFFERED = 3;

/** What the update service offers a simulated cluster at a version: the next releases of its minor version, none at another's name. */
export function availableUpdates(version: string): readonly { readonly version: string; readonly image: string }[] | null {
  const [, minor, patch] = /^(4\.\d+)\.(\d+)$/.exec(version) ?? [];
  if (minor === undefined) return null;
  return Array.from({ length: OFFERED }, (_, index) => `${minor}.${Number(patch) + index + 1}`).map((next) => ({
    version: next,
    image: syntheticRelease(next).image,
  }));
}
