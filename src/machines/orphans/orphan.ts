import type { Change } from '../changes/change.ts';

/**
 * Something on a host of the lab that its plan does not know.
 *
 * It is *ours* when it carries a mark of this lab, and may be removed; *foreign* when it carries one of another lab of
 * labwright's; *unknown* without a mark, whoever made it. Only what is ours is ever removed.
 */
export interface Orphan {
  readonly on: string;
  readonly kind: OrphanKind;
  readonly name: string;
  readonly owner: Owner;
  /** What says so: the mark that was seen, or that there is none. */
  readonly evidence: string;
  /** For what is ours. */
  readonly remove?: Change['act'];
}

export type Owner = 'ours' | 'foreign' | 'unknown';
export type OrphanKind = 'machine' | 'disk' | 'image' | 'nvram' | 'bridge-port' | 'network' | 'dnsmasq-file' | 'lease' | 'time';

/** The lab that a path's folder names: `/var/lib/libvirt/images/labwright-LAB/…`. */
export function labOfPath(path: string): string | undefined {
  return /\/labwright-([^/]+)\//.exec(path)?.[1];
}

/** Whose a thing with the mark of `lab` is. */
export function ownerOf(own: string, lab: string | undefined): Owner {
  return lab === undefined ? 'unknown' : lab === own ? 'ours' : 'foreign';
}
