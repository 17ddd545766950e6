import type { SecretNames } from '../cluster-instance/prepare-namespace.ts';
import { openSite } from './open-site.ts';
import { shortName } from './site.ts';

/** The Secrets that the ClusterInstance of the commit refers to. */
export const siteSecrets: SecretNames = async (input, deps, context) => {
  const { spec } = await openSite(input, deps, context);
  return {
    pullSecret: spec.pullSecretRef.name,
    bmcSecret: ({ name }) => spec.nodes.find((node) => shortName(node.hostName) === name)!.bmcCredentialsName.name,
  };
};
