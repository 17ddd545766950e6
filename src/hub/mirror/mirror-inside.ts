import { readFile } from 'node:fs/promises';
import type { MirrorSource } from '../../render/mirror/mirror-plan.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import type { Memory } from '../../util/step.ts';

/** Where a disconnected job gets images and files from. */
export interface MirrorInside {
  /** `registry.our.lab:5000`. */
  readonly registry: string;
  /** `http://http.our.lab:8080`, without a slash at its end. */
  readonly store: string;
  /** The release outside, as the job's component names it. */
  readonly source: string;
  /** File with the CA of the registry's certificate; undefined: one that this machine trusts. */
  readonly caPath: string | undefined;
  /** Beside those of the release, by digest. */
  readonly additionalImages: readonly string[];
  /** The job copies what is not there. */
  readonly sync: boolean;
}

/** What `check-mirror` found, for the steps after it. */
export interface FoundMirror {
  /** The mirrored release image, by digest. */
  readonly release: string;
  readonly sources: readonly MirrorSource[];
  /** Version of RHCOS. */
  readonly machineOs: string;
}

const KEY = 'mirror';

export function rememberMirror({ release, machineOs, sources }: FoundMirror): Memory {
  return { [KEY]: { release, machineOs, sources: sources.map((one) => ({ ...one })) } };
}

/** @returns undefined for a connected job. */
export function foundMirror(memory: Memory): FoundMirror | undefined {
  return memory[KEY] as FoundMirror | undefined;
}

/** PEM of the registry's CA; undefined without one. @throws LabwrightError `bad_input` when the file cannot be read. */
export async function mirrorCa({ caPath }: MirrorInside): Promise<string | undefined> {
  if (caPath === undefined) return undefined;
  try {
    return await readFile(caPath, 'utf8');
  } catch (cause) {
    const hint = 'see jumphost.services.registry.ca in the lab file';
    throw new LabwrightError('bad_input', `the CA of the registry cannot be read: ${messageOf(cause)}`, { cause, hint });
  }
}

/** Where the HTTP store has the live images of RHCOS, as reference/ztp.md §1.3 lays them out: a folder per minor release. */
export function osImageOf({ store }: MirrorInside, version: string): { readonly openshiftVersion: string; readonly url: string; readonly rootFSUrl: string } {
  const openshiftVersion = version.split('.').slice(0, 2).join('.');
  const folder = `${store}/rhcos/${openshiftVersion}`;
  return { openshiftVersion, url: `${folder}/rhcos-live-iso.x86_64.iso`, rootFSUrl: `${folder}/rhcos-live-rootfs.x86_64.img` };
}
