import type { HostScript, InstallerStep } from '../controllers/assisted/guest/host-script.ts';
import type { Stage } from '../controllers/assisted/service/stages.ts';
import { MINUTE_S, type FaultRow } from './fault-row.ts';

const FAILED = {
  outcome: 'fails',
  object: 'AgentClusterInstall/CLUSTER/CLUSTER',
  condition: 'Failed',
  reason: 'InstallationFailed',
} as const;

/** What goes wrong between the release of an installation and its end. */
export const INSTALLER_FAULTS = {
  'install-fails': {
    meaning: 'the installer reports Failed while it writes the image to disk',
    target: 'host',
    anyCluster: true,
    expect: { ...FAILED, message: /failed/i, limitS: 60 * MINUTE_S },
  },
  'bootstrap-never-completes': {
    meaning: 'the bootstrap of the cluster serves its API and never hands it over',
    target: 'cluster',
    installedBy: ['sno-in-place', 'upi', 'ipi'],
    expect: {
      outcome: 'fails',
      object: 'NODE',
      condition: 'Registered',
      reason: 'NotRegistered',
      message: /0 of 1 nodes have registered/,
      limitS: 120 * MINUTE_S,
    },
  },
  'image-pull-fails': {
    meaning: 'the machine cannot pull an image of the release',
    target: 'host',
    host: (script) => ({ ...script, failedImages: ['quay.example.com/openshift-release-dev/ocp-v4.0-art-dev:must-gather'] }),
    expect: {
      outcome: 'fails',
      object: 'AgentClusterInstall/CLUSTER/CLUSTER',
      condition: 'LastInstallationPreparationFailed',
      reason: 'ready',
      message: /prepare/i,
      limitS: 40 * MINUTE_S,
    },
  },
  'host-disconnects': {
    meaning: 'the machine falls silent while it writes the image to disk',
    target: 'host',
    host: after('Writing image to disk', [{ do: 'fall-silent', afterMs: 20_000 }]),
    expect: { ...FAILED, message: /failed/i, limitS: 60 * MINUTE_S },
  },
  'writing-hangs': {
    meaning: 'writing the image to disk never ends',
    target: 'host',
    host: after('Writing image to disk', []),
    expect: { ...FAILED, message: /failed/i, limitS: 75 * MINUTE_S },
  },
  'reboot-hangs': {
    meaning: 'the machine does not come back from the reboot into its disk',
    target: 'host',
    host: after('Rebooting', []),
    expect: {
      outcome: 'fails',
      object: 'Agent/CLUSTER/UUID',
      condition: 'Installed',
      reason: 'InstallationInProgress',
      message: /timed out when pulling the configuration files/,
      limitS: 90 * MINUTE_S,
    },
  },
  'joined-hangs': {
    meaning: 'the node joins its cluster but never becomes ready',
    target: 'host',
    host: after('Joined', []),
    expect: { ...FAILED, message: /failed/i, limitS: 120 * MINUTE_S },
  },
  'operators-never-available': {
    meaning: 'the console of the new cluster never becomes available',
    target: 'cluster',
    finalizingEndsIn: 'Waiting for cluster operators',
    expect: {
      outcome: 'fails',
      object: 'AgentClusterInstall/CLUSTER/CLUSTER',
      condition: 'Completed',
      reason: 'InstallationInProgress',
      message: /Finalizing.*progressing/,
      limitS: 110 * MINUTE_S,
    },
  },
  'ingress-ca-missing': {
    meaning: 'the new cluster never uploads the CA of its ingress',
    target: 'cluster',
    finalizingEndsIn: 'Adding router ca',
    expect: {
      outcome: 'fails',
      object: 'AgentClusterInstall/CLUSTER/CLUSTER',
      condition: 'Completed',
      reason: 'InstallationInProgress',
      message: /Finalizing/,
      limitS: 110 * MINUTE_S,
    },
  },
} as const satisfies Readonly<Record<string, FaultRow>>;

/** The installer reports this stage and then does something else than usual, or nothing. */
function after(stage: Stage, instead: readonly InstallerStep[]): (script: HostScript) => HostScript {
  return (script) => ({
    ...script,
    install(host, stages) {
      const steps = script.install(host, stages);
      const at = steps.findIndex((step) => step.do === 'report' && step.stage === stage);
      return at < 0 ? steps : [...steps.slice(0, at + 1), ...instead];
    },
  });
}
