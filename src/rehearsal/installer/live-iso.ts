import * as z from 'zod';

/** What stands for a live ISO of RHCOS: as it is downloaded, then with what coreos-installer put into it. */
export const LiveIso = z.object({
  kind: z.literal('rhcos-live'),
  version: z.string(),
  /** Ignition of the live system. */
  live: z.string().exactOptional(),
  /** It installs this to its disk by itself. */
  destination: z.object({ ignition: z.string(), device: z.string() }).exactOptional(),
  /** nmstate; without it DHCP gives the network. */
  network: z.string().exactOptional(),
});
export type LiveIso = z.infer<typeof LiveIso>;

/** Byte for byte the same for one version: it has a checksum. */
export function pristineIso(version: string): string {
  return JSON.stringify({ kind: 'rhcos-live', version } satisfies LiveIso);
}

/** @returns undefined for an image of another kind. */
export function readLiveIso(content: Buffer | string): LiveIso | undefined {
  try {
    return LiveIso.safeParse(JSON.parse(content.toString())).data;
  } catch {
    return undefined;
  }
}
