import type { SecretNames } from '../cluster-instance/prepare-namespace.ts';
import { openSite } from './open-site.ts';

/** The Secrets that the cluster of the commit refers to. */
export const siteSecrets: SecretNames = async (input, deps, context) => {
  const { pullSecret, nodes } = await openSite(input, deps, context);
  return { pullSecret, bmcSecret: ({ name }) => nodes.find(({ hostName }) => hostName === name)!.bmcSecret };
};
