import type { KubeObject } from '../../kube/objects.ts';
import type { Diagnostic } from '../../util/diagnostic.ts';
import type { Parsed } from '../../util/source-file.ts';
import { AGENT_CLUSTER_INSTALL, BARE_METAL_HOST, CLUSTER_DEPLOYMENT } from '../kinds.ts';
import { textAt } from '../read-object.ts';
import { OWN_FOLDER } from './read-instance.ts';
import type { SiteCluster, SiteFolder } from './site.ts';

/** What the plugin renders from a SiteConfig: the install objects themselves, of this cluster only. */
export function readInstallObjects({ rendering, path, cluster }: SiteFolder): Parsed<SiteCluster> {
  const { objects = [], origins } = rendering;
  const diagnostics: Diagnostic[] = [];
  const top = { path: `${path}/kustomization.yaml`, line: 1, column: 1 };
  const of = (kind: string): readonly KubeObject[] => objects.filter((object) => object.kind === kind);
  for (const other of of(AGENT_CLUSTER_INSTALL.kind).filter(({ metadata }) => metadata.name !== cluster))
    diagnostics.push({
      id: 'other-cluster',
      severity: 'error',
      message: `${path} also makes ${other.metadata.name}`,
      hint: OWN_FOLDER,
      at: origins.get(other) ?? top,
    });
  const deployment = of(CLUSTER_DEPLOYMENT.kind).find(({ metadata }) => metadata.name === cluster);
  if (deployment === undefined) {
    const hint = `add a cluster with clusterName: ${cluster}, or name its folder in sites_repo.path`;
    diagnostics.push({ id: 'no-cluster', severity: 'error', message: `${path} renders no cluster ${cluster}`, hint, at: top });
    return { value: undefined, diagnostics };
  }
  const nodes = of(BARE_METAL_HOST.kind)
    .filter(({ metadata }) => metadata.namespace === cluster)
    .map((host) => ({
      hostName: host.metadata.name,
      bmcAddress: textAt(host, 'spec', 'bmc', 'address'),
      bootMACAddress: textAt(host, 'spec', 'bootMACAddress'),
      bmcSecret: textAt(host, 'spec', 'bmc', 'credentialsName'),
      at: origins.get(host),
    }));
  return { value: { pullSecret: textAt(deployment, 'spec', 'pullSecretRef', 'name'), nodes, converted: [] }, diagnostics };
}
