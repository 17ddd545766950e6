import type { KubeObject } from '../../kube/objects.ts';
import { crd } from './crd.ts';
import { anything, flag, labelSelector, list, looseConditions, named, object, oneOf, open, reference, text, time } from './schema.ts';

const spec = open({
  'clusterName!': text,
  'baseDomain!': text,
  'platform!': open({ agentBareMetal: object({ 'agentSelector!': labelSelector }), none: anything }),
  clusterInstallRef: object({ 'group!': text, 'version!': text, 'kind!': text, 'name!': text }),
  clusterMetadata: object({
    'clusterID!': text,
    'infraID!': text,
    'adminKubeconfigSecretRef!': reference,
    adminPasswordSecretRef: reference,
    metadataJSONSecretRef: reference,
    platform: anything,
  }),
  controlPlaneConfig: anything,
  pullSecretRef: reference,
  installed: flag,
  preserveOnDelete: flag,
  manageDNS: flag,
  powerState: oneOf('', 'Running', 'Hibernating'),
  provisioning: open({ imageSetRef: named }),
});

/** Hive: the cluster as the hub knows it, and releases. */
export function hiveDefinitions(): KubeObject[] {
  return [
    crd({
      apiVersion: 'hive.openshift.io/v1',
      kind: 'ClusterDeployment',
      plural: 'clusterdeployments',
      shortNames: ['cd'],
      columns: {
        InfraID: '.spec.clusterMetadata.infraID',
        Version: '.metadata.labels.hive\\.openshift\\.io/version',
        ProvisionStatus: ".status.conditions[?(@.type=='Provisioned')].reason",
        Age: '.metadata.creationTimestamp date',
      },
      schema: { spec, status: open({ conditions: looseConditions, installedTimestamp: time, apiURL: text, webConsoleURL: text, cliImage: text }) },
    }),
    crd({
      apiVersion: 'hive.openshift.io/v1',
      kind: 'ClusterImageSet',
      plural: 'clusterimagesets',
      scope: 'Cluster',
      shortNames: ['imgset'],
      columns: { Release: '.spec.releaseImage' },
      schema: { spec: object({ 'releaseImage!': text }), status: anything },
    }),
    crd({
      apiVersion: 'hive.openshift.io/v1',
      kind: 'HiveConfig',
      plural: 'hiveconfigs',
      scope: 'Cluster',
      schema: { spec: anything, status: open({ conditions: list(anything) }) },
    }),
  ];
}
