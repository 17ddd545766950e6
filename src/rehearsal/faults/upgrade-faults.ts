import { MINUTE_S, type FaultRow } from './fault-row.ts';

const UPGRADE = { outcome: 'fails', action: 'upgrade' } as const;
const VERSION = { ...UPGRADE, object: 'ClusterVersion/version' } as const;

/** What goes wrong while an installed spoke is brought to another release. */
export const UPGRADE_FAULTS = {
  'upgrade-refused': {
    meaning: 'the cluster cannot verify the release it is to be upgraded to',
    target: 'cluster',
    driver: 'direct',
    expect: {
      ...VERSION,
      condition: 'ReleaseAccepted',
      reason: 'RetrievePayload',
      message: /The update cannot be verified: unable to verify sha256:/,
      limitS: 15 * MINUTE_S,
    },
  },
  'upgrade-stalls': {
    meaning: 'the upgrade of the cluster stops while its machines get the new configuration',
    target: 'cluster',
    driver: 'direct',
    expect: {
      ...VERSION,
      condition: 'Progressing',
      reason: 'ClusterOperatorUpdating',
      message: /Working towards .* waiting on machine-config/,
      limitS: 150 * MINUTE_S,
    },
  },
  'operator-degraded': {
    meaning: 'an operator of the cluster does not get over the upgrade',
    target: 'cluster',
    driver: 'direct',
    expect: {
      ...UPGRADE,
      object: 'ClusterOperator/machine-config',
      condition: 'Degraded',
      reason: 'RequiredPoolsFailed',
      message: /Failed to resync/,
      limitS: 120 * MINUTE_S,
    },
  },
  'cgu-times-out': {
    meaning: 'the agent of the hub on the cluster does not carry out the policy of the upgrade',
    target: 'cluster',
    driver: 'talm',
    expect: {
      ...UPGRADE,
      object: String.raw`ClusterGroupUpgrade/labwright-upgrades/upgrade-[0-9a-f]+`,
      condition: 'Succeeded',
      reason: 'TimedOut',
      message: /Policy remediation took too long.*: \w+ at policy/,
      limitS: 240 * MINUTE_S,
    },
  },
  'curator-fails': {
    meaning: "the Job of the hub's curator cannot change the cluster through the agent of the hub",
    target: 'cluster',
    driver: 'curator',
    expect: {
      ...UPGRADE,
      object: 'ClusterCurator/CLUSTER/CLUSTER',
      condition: 'upgrade-cluster',
      reason: 'Job_failed',
      message: /Remote clusterversion update failed/,
      limitS: 15 * MINUTE_S,
    },
  },
  'pool-paused': {
    meaning: 'somebody has paused the machine config pool of the control plane',
    target: 'cluster',
    driver: 'direct',
    expect: { ...UPGRADE, object: 'MachineConfigPool/master', condition: 'Paused', reason: 'Paused', message: /spec\.paused/, limitS: 15 * MINUTE_S },
  },
} as const satisfies Readonly<Record<string, FaultRow>>;
