import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { renderKustomization } from '../render-kustomization.ts';

const SITE = `apiVersion: ran.openshift.io/v1
kind: SiteConfig
metadata: {name: site, namespace: site}
spec:
  baseDomain: example.lab
  pullSecretRef: {name: pull}
  clusterImageSetNameRef: img4.18
  sshPublicKey: ssh-ed25519 AAAA
  crAnnotations: {add: {BareMetalHost: {from: site}, ManagedCluster: {from: site}}}
  clusters:
    - clusterName: sno1
      clusterLabels: {common: true, sites: sno1}
      networkType: OVNKubernetes
      installConfigOverrides: '{"capabilities":{"baselineCapabilitySet":"None"}}'
      machineNetwork: [{cidr: 192.0.2.0/24}]
      serviceNetwork: [172.30.0.0/16]
      additionalNTPSources: [192.0.2.1]
      crAnnotations: {add: {ManagedCluster: {from: cluster}}}
      crSuppression: [KlusterletAddonConfig]
      biosConfigRef: {filePath: bios.profile}
      extraManifests: {searchPaths: [extra/], filter: {exclude: [off.yaml]}}
      nodes:
        - hostName: n1.example.lab
          bmcAddress: redfish-virtualmedia+https://192.0.2.9/redfish/v1/Systems/1
          bmcCredentialsName: {name: bmc}
          bootMACAddress: 52:54:00:00:00:01
          nodeLabels: {zone: a}
          ironicInspect: enabled
          rootDeviceHints: {deviceName: /dev/vda, empty: ""}
          nodeNetwork: {interfaces: [{name: eno1, macAddress: 52:54:00:00:00:01}]}
`;

const FILES = {
  'site/kustomization.yaml': 'generators: [site.yaml]\ncommonAnnotations: {by: kustomize}\n',
  'site/site.yaml': SITE,
  'site/bios.profile': 'BootMode: Uefi\nSriov: Enabled\nLevel: 007\n',
  'site/extra/on.yaml': 'kind: MachineConfig\napiVersion: machineconfiguration.openshift.io/v1\nmetadata: {name: on}\nspec: {mode: 0644}\n',
  'site/extra/off.yaml': 'kind: MachineConfig\napiVersion: machineconfiguration.openshift.io/v1\nmetadata: {name: off}\n',
};

function render(files: Readonly<Record<string, string>>): ReturnType<typeof renderKustomization> {
  return renderKustomization({ files: new Map(Object.entries({ ...FILES, ...files })), path: 'site' });
}

const mark = (wave: string, more = ''): string =>
  `annotations: {argocd.argoproj.io/sync-wave: "${wave}", ran.openshift.io/ztp-gitops-generated: "{}", by: kustomize${more}}`;

const EXPECTED = `apiVersion: v1
kind: Namespace
metadata: {name: sno1, ${mark('0')}, labels: {name: sno1}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: sno1, namespace: sno1, ${mark('1')}}
data: {}
---
apiVersion: agent-install.openshift.io/v1beta1
kind: InfraEnv
metadata: {name: sno1, namespace: sno1, ${mark('1')}}
spec:
  clusterRef: {name: sno1, namespace: sno1}
  sshAuthorizedKey: ssh-ed25519 AAAA
  pullSecretRef: {name: pull}
  nmStateConfigLabelSelector: {matchLabels: {nmstate-label: sno1}}
  additionalNTPSources: [192.0.2.1]
---
apiVersion: agent-install.openshift.io/v1beta1
kind: NMStateConfig
metadata: {name: n1.example.lab, namespace: sno1, ${mark('1')}, labels: {nmstate-label: sno1}}
spec: {interfaces: [{name: eno1, macAddress: "52:54:00:00:00:01"}]}
---
apiVersion: cluster.open-cluster-management.io/v1
kind: ManagedCluster
metadata: {name: sno1, ${mark('2', ', from: cluster')}, labels: {common: "true", sites: sno1}}
spec: {hubAcceptsClient: true}
---
apiVersion: extensions.hive.openshift.io/v1beta1
kind: AgentClusterInstall
metadata:
  name: sno1
  namespace: sno1
  annotations:
    agent-install.openshift.io/install-config-overrides: '{"networking":{"networkType":"OVNKubernetes"},"capabilities":{"baselineCapabilitySet":"None"}}'
    argocd.argoproj.io/sync-wave: "1"
    ran.openshift.io/ztp-gitops-generated: "{}"
    by: kustomize
spec:
  clusterDeploymentRef: {name: sno1}
  imageSetRef: {name: img4.18}
  networking: {machineNetwork: [{cidr: 192.0.2.0/24}], serviceNetwork: [172.30.0.0/16]}
  provisionRequirements: {controlPlaneAgents: 1}
  sshPublicKey: ssh-ed25519 AAAA
  manifestsConfigMapRef: {name: sno1}
---
apiVersion: hive.openshift.io/v1
kind: ClusterDeployment
metadata: {name: sno1, namespace: sno1, ${mark('1')}}
spec:
  baseDomain: example.lab
  clusterInstallRef: {group: extensions.hive.openshift.io, kind: AgentClusterInstall, name: sno1, version: v1beta1}
  clusterName: sno1
  platform: {agentBareMetal: {agentSelector: {matchLabels: {cluster-name: sno1}}}}
  pullSecretRef: {name: pull}
---
apiVersion: metal3.io/v1alpha1
kind: BareMetalHost
metadata:
  name: n1.example.lab
  namespace: sno1
  labels: {infraenvs.agent-install.openshift.io: sno1}
  annotations:
    argocd.argoproj.io/sync-wave: "3"
    ran.openshift.io/ztp-gitops-generated: "{}"
    by: kustomize
    from: site
    bmac.agent-install.openshift.io.node-label.zone: a
    bmac.agent-install.openshift.io/hostname: n1.example.lab
    bmac.agent-install.openshift.io/role: master
spec:
  bootMode: UEFI
  bmc: {address: redfish-virtualmedia+https://192.0.2.9/redfish/v1/Systems/1, disableCertificateVerification: true, credentialsName: bmc}
  bootMACAddress: "52:54:00:00:00:01"
  automatedCleaningMode: disabled
  online: true
  rootDeviceHints: {deviceName: /dev/vda, empty: ""}
---
apiVersion: metal3.io/v1alpha1
kind: HostFirmwareSettings
metadata: {name: n1.example.lab, namespace: sno1, ${mark('1')}}
spec: {settings: {BootMode: Uefi, Sriov: Enabled, Level: "007"}}
`;

test('a SiteConfig becomes the objects of an installation, in waves', () => {
  const { objects = [], diagnostics } = render({});
  assert.deepEqual(diagnostics, []);
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap').map(({ data }) => data as Record<string, string>);
  assert.deepEqual(
    maps.map((data) => Object.entries(data).map(([name, text]) => [name, parse(text) as unknown])),
    [
      [
        [
          'on.yaml',
          {
            kind: 'MachineConfig',
            apiVersion: 'machineconfiguration.openshift.io/v1',
            metadata: { name: 'on', annotations: { 'ran.openshift.io/ztp-gitops-generated': '{}' } },
            spec: { mode: 420 },
          },
        ],
      ],
    ],
  );
  const shown = objects.map((object) => (object.kind === 'ConfigMap' ? { ...object, data: {} } : object));
  assert.deepEqual(
    shown,
    parseAllDocuments(EXPECTED).map((document) => document.toJS() as unknown),
  );
});

test('without search paths the manifests of the generator are missing, and that is said', () => {
  const { objects, diagnostics } = render({ 'site/site.yaml': SITE.replace(/ +extraManifests: .*\n/, '      extraManifestPath: extra\n') });
  assert.deepEqual(
    diagnostics.map(({ severity, at }) => `${severity} ${at?.path}:${at?.line}`),
    ['warning site/site.yaml:11'],
  );
  const data = objects?.find(({ kind }) => kind === 'ConfigMap')?.['data'] as object;
  assert.deepEqual(Object.keys(data), ['on.yaml', 'off.yaml']);
});

test('what cannot be rendered, or is wrong, is refused where it stands', () => {
  const wrong = SITE.replace('clusterImageSetNameRef: img4.18', 'crTemplates: {ManagedCluster: mc.yaml}')
    .replace('off.yaml]', 'missing.yaml]')
    .replace('ironicInspect: enabled', 'role: worker')
    .replace(`'{"capabilities"`, `'{capabilities`);
  const { objects, diagnostics } = render({ 'site/site.yaml': wrong });
  assert.equal(objects, undefined);
  assert.deepEqual(
    diagnostics.map(({ at, message }) => `${at?.path}:${at?.line} ${message}`),
    [
      'site/site.yaml:7 crTemplates of a SiteConfig is not rendered',
      'site/site.yaml:23 sno1 has 0 masters',
      'site/site.yaml:11 sno1 names no clusterImageSetNameRef',
      'site/site.yaml:14 installConfigOverrides is no JSON object',
      'site/site.yaml:21 there is no manifest missing.yaml',
    ],
  );
});
