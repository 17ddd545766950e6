import type { Memory } from '../util/step.ts';

/** Memory's name of how a spoke came to its hub; set when it did not come as a ClusterInstance. */
export const SITE_FORM = 'siteForm';

/** Whether the spoke has a ClusterInstance: a SiteConfig that Argo CD's plugin rendered has none, only what it would have made. */
export function hasInstance(memory: Memory): boolean {
  return memory[SITE_FORM] !== 'siteconfig';
}
