import type { KubeObject } from '../../kube/objects.ts';
import { crd } from './crd.ts';
import { hardware, rootDeviceHints } from './machine-fields.ts';
import {
  anything,
  atomic,
  bothNamed,
  conditions,
  flag,
  integer,
  list,
  map,
  matching,
  namespaced,
  object,
  oneOf,
  open,
  text,
  time,
  withDefault,
} from './schema.ts';

const bootMode = oneOf('UEFI', 'UEFISecureBoot', 'legacy');
const secret = atomic(namespaced);
const customDeploy = object({ 'method!': text });
const firmware = object({ simultaneousMultithreadingEnabled: flag, sriovEnabled: flag, virtualizationEnabled: flag });
const image = object({
  'url!': text,
  checksum: text,
  checksumType: oneOf('md5', 'sha256', 'sha512', 'auto'),
  format: oneOf('raw', 'qcow2', 'vdi', 'vmdk', 'live-iso'),
  ociAuthSecretName: text,
});
const credentials = object({ credentials: secret, credentialsVersion: text });
const period = object({ start: { ...time, nullable: true }, end: { ...time, nullable: true } });

const hostSpec = object({
  'online!': flag,
  bmc: object({ 'address!': text, 'credentialsName!': text, disableCertificateVerification: flag }),
  bootMACAddress: matching('[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}'),
  bootMode,
  automatedCleaningMode: withDefault(oneOf('metadata', 'disabled'), 'metadata'),
  inspectionMode: oneOf('disabled', 'agent', 'fast'),
  rootDeviceHints,
  architecture: text,
  description: text,
  hardwareProfile: text,
  externallyProvisioned: flag,
  disablePowerOff: flag,
  preprovisioningNetworkDataName: text,
  customDeploy,
  image,
  firmware,
  raid: anything,
  consumerRef: atomic(object({ apiVersion: text, kind: text, name: text, namespace: text, uid: text, resourceVersion: text, fieldPath: text })),
  userData: secret,
  metaData: secret,
  networkData: secret,
  networkInterfaces: list(anything),
  taints: list(object({ 'key!': text, 'effect!': text, value: text, timeAdded: time })),
});

const hostStatus = open({
  'operationalStatus!': oneOf('', 'OK', 'discovered', 'error', 'delayed', 'detached', 'servicing'),
  'errorMessage!': text,
  'errorCount!': withDefault(integer, 0),
  'poweredOn!': flag,
  'provisioning!': open({ 'ID!': text, 'state!': text, bootMode, image, customDeploy, firmware, rootDeviceHints, raid: anything }),
  'provisioningFailCount!': withDefault(integer, 0),
  errorType: oneOf(
    'provisioned registration error',
    'registration error',
    'inspection error',
    'preparation error',
    'provisioning error',
    'power management error',
    'servicing error',
  ),
  conditions,
  goodCredentials: credentials,
  triedCredentials: credentials,
  hardware,
  hardwareProfile: text,
  lastUpdated: time,
  operationHistory: object({ register: period, inspect: period, provision: period, deprovision: period }),
});

const AGE = '.metadata.creationTimestamp date';

/** metal3: hosts and what is known about them. */
export function metal3Definitions(): KubeObject[] {
  const apiVersion = 'metal3.io/v1alpha1';
  return [
    crd({
      apiVersion,
      kind: 'BareMetalHost',
      plural: 'baremetalhosts',
      shortNames: ['bmh', 'bmhost'],
      columns: { State: '.status.provisioning.state', Consumer: '.spec.consumerRef.name', Online: '.spec.online', Error: '.status.errorType', Age: AGE },
      schema: { spec: hostSpec, status: hostStatus },
    }),
    crd({
      apiVersion,
      kind: 'HardwareData',
      plural: 'hardwaredata',
      shortNames: ['hd'],
      hasStatusPath: false,
      columns: { Age: AGE },
      schema: { spec: object({ hardware }) },
    }),
    crd({
      apiVersion,
      kind: 'PreprovisioningImage',
      plural: 'preprovisioningimages',
      shortNames: ['ppimg'],
      columns: { Ready: ".status.conditions[?(@.type=='Ready')].status", Reason: ".status.conditions[?(@.type=='Ready')].reason" },
      schema: {
        spec: object({ acceptFormats: list(oneOf('iso', 'initrd')), architecture: text, networkDataName: text }),
        status: open({ conditions, architecture: text, imageUrl: text, format: oneOf('iso', 'initrd'), kernelUrl: text, extraKernelParams: text }),
      },
    }),
    crd({
      apiVersion,
      kind: 'HostFirmwareSettings',
      plural: 'hostfirmwaresettings',
      shortNames: ['hfs'],
      schema: {
        spec: object({ 'settings!': map({ 'x-kubernetes-int-or-string': true }) }),
        status: object({ 'settings!': map(text), schema: bothNamed, lastUpdated: time, conditions }),
      },
    }),
    crd({
      apiVersion,
      kind: 'HostFirmwareComponents',
      plural: 'hostfirmwarecomponents',
      schema: {
        spec: object({ 'updates!': list(object({ 'component!': text, 'url!': text })) }),
        status: open({ updates: list(anything), components: list(anything), lastUpdated: time, conditions }),
      },
    }),
    crd({
      apiVersion,
      kind: 'Provisioning',
      plural: 'provisionings',
      scope: 'Cluster',
      schema: {
        spec: open({
          provisioningNetwork: oneOf('Managed', 'Unmanaged', 'Disabled'),
          watchAllNamespaces: flag,
          virtualMediaViaExternalNetwork: flag,
          disableVirtualMediaTLS: flag,
          provisioningInterface: text,
          provisioningIP: text,
          provisioningNetworkCIDR: text,
          provisioningDHCPRange: text,
          provisioningOSDownloadURL: text,
        }),
        status: anything,
      },
    }),
  ];
}
