import { stringify } from 'yaml';
import type { LabPlan } from '../../src/lab/plan.ts';
import { clusterNetworks } from '../../src/render/cluster-networks.ts';
import { renderClusterInstance } from '../../src/render/cluster-instance.ts';
import { renderSiteFiles } from '../../src/render/site-files.ts';

interface Spec {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

/** The files of a cluster whose site is a SiteConfig v1; its policies are those of any other. */
export function siteConfigFiles(plan: LabPlan, name: string): Readonly<Record<string, string>> {
  const cluster = plan.clusters.find((one) => one.name === name)!;
  const { spec } = renderClusterInstance(plan, { cluster: name, clusterImageSet: 'openshift', sshPublicKey: undefined, step: '' }) as unknown as { spec: Spec };
  const { serviceNetwork, clusterNetwork } = clusterNetworks(cluster);
  const isSno = cluster.nodes.length === 1;
  const site = {
    apiVersion: 'ran.openshift.io/v1',
    kind: 'SiteConfig',
    metadata: { name, namespace: name },
    spec: {
      baseDomain: cluster.baseDomain,
      pullSecretRef: { name: 'assisted-deployment-pull-secret' },
      clusterImageSetNameRef: 'openshift',
      clusters: [
        {
          clusterName: name,
          clusterLabels: { sites: name },
          networkType: 'OVNKubernetes',
          clusterNetwork,
          serviceNetwork,
          ...(isSno ? { machineNetwork: spec['machineNetwork'] } : { apiVIPs: spec['apiVIPs'], ingressVIPs: spec['ingressVIPs'] }),
          additionalNTPSources: spec['additionalNTPSources'],
          extraManifests: { searchPaths: ['extra-manifest'] },
          nodes: spec.nodes.map(({ templateRefs: _templates, ...node }) => node),
        },
      ],
    },
  };
  const manifest = {
    apiVersion: 'machineconfiguration.openshift.io/v1',
    kind: 'MachineConfig',
    metadata: { name: '99-site' },
    spec: { kernelArguments: ['site'] },
  };
  const policies = Object.entries(renderSiteFiles(plan, name)).filter(([path]) => path.includes('/policies/'));
  return {
    [`${name}/sites/kustomization.yaml`]: 'generators: [siteconfig.yaml]\n',
    [`${name}/sites/siteconfig.yaml`]: stringify(site),
    [`${name}/sites/extra-manifest/99-site.yaml`]: stringify(manifest),
    ...Object.fromEntries(policies),
  };
}
