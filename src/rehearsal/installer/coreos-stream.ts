import { createHash } from 'node:crypto';
import { pristineIso } from './live-iso.ts';

const FILE = 'rhcos-live.x86_64.iso';

/** What `openshift-install coreos print-stream-json` prints, as far as anybody here looks. */
export function streamOf(version: string): object {
  const disk = { location: `https://rhcos.rehearsal.example/${version}/${FILE}`, sha256: createHash('sha256').update(pristineIso(version)).digest('hex') };
  return { stream: `rhcos-${version}`, architectures: { x86_64: { artifacts: { metal: { release: version, formats: { iso: { disk } } } } } } };
}

/** The live image that lies at a URL: the folder's name is its version, of a release or, in a mirror, of its minor. @returns undefined for another file. */
export function liveImageAt(url: string): string | undefined {
  const [, version] = /\/(\d+\.\d+[^/]*)\/rhcos-live[^/]*\.iso$/.exec(url) ?? [];
  return version === undefined ? undefined : pristineIso(version);
}
