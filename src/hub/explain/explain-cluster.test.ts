import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../kube/objects.ts';
import { FAIL_FAST } from '../fail-fast.ts';
import { explainCluster } from './explain-cluster.ts';

const SINCE = '2026-01-01T00:00:00Z';

interface Draft {
  readonly kind: string;
  readonly name: string;
  readonly spec?: object;
  readonly status?: object;
  readonly labels?: Record<string, string>;
}

function object({ kind, name, spec, status, labels }: Draft): KubeObject {
  const metadata = { name, ...(kind === 'ManagedCluster' ? {} : { namespace: 'sno1' }), ...(labels ? { labels } : {}) };
  return { apiVersion: 'x/v1', kind, metadata, ...(spec ? { spec } : {}), status };
}

function saying(kind: string, type: string, status: string, reason = 'Why', more: object = {}): Draft {
  const name = kind === 'Agent' ? 'uuid' : kind === 'BareMetalHost' ? 'master-0' : 'sno1';
  return { kind, name, status: { conditions: [{ type, status, reason, message: 'its own words', lastTransitionTime: SINCE }], ...more } };
}

function host(status: object): Draft {
  return { kind: 'BareMetalHost', name: 'master-0', status };
}

const failing = { operationalStatus: 'error', errorType: 'registration error' };
const agent = (status: object): Draft => ({ kind: 'Agent', name: 'uuid', status });

/** What each row of the table is seen by. */
const SEEN: Readonly<Record<string, { readonly objects: readonly Draft[]; readonly object: string; readonly next: RegExp }>> = {
  'cluster-instance-ignored': { objects: [{ kind: 'ClusterInstance', name: 'sno1' }], object: 'ClusterInstance/sno1/sno1', next: /siteconfig-controller/ },
  'cluster-instance-invalid': onInstance('ClusterInstanceValidated'),
  'templates-not-rendered': onInstance('RenderedTemplates'),
  'manifests-refused': onInstance('RenderedTemplatesValidated'),
  'manifests-not-applied': onInstance('RenderedTemplatesApplied', 'Failed'),
  'bmc-credentials': onHost({ ...failing, errorMessage: 'returned code 401' }, /oc get secret -n sno1$/),
  'bmc-certificate': onHost({ ...failing, errorMessage: 'SSLError(1, [SSL: CERTIFICATE_VERIFY_FAILED])' }, /UNVERIFIED/),
  'boot-mac-taken': onHost({ ...failing, errorMessage: 'MAC address 52:54:00:00:00:01 conflicts with existing node a~b' }, /baremetalhost -A/),
  'host-error': onHost({ ...failing, errorMessage: 'the BMC sleeps' }, /baremetalhost -n sno1/),
  'host-silent': onHost({ provisioning: { state: 'provisioned' } }, /lab console sno1\/master-0$/),
  'cluster-input-error': onInstall('SpecSynced', 'False', 'InputError', /describe agentclusterinstall sno1 -n sno1/),
  'cluster-backend-error': onInstall('SpecSynced', 'False', 'BackendError', /assisted-service/),
  'agent-input-error': { objects: [saying('Agent', 'SpecSynced', 'False', 'InputError')], object: 'Agent/sno1/uuid', next: /describe agent uuid -n sno1/ },
  'image-not-created': { objects: [saying('InfraEnv', 'ImageCreated', 'False')], object: 'InfraEnv/sno1/sno1', next: /osImages/ },
  'install-failed': onInstall('Failed', 'True', 'InstallationFailed', /agents -n sno1/),
  'install-stopped': onInstall('Stopped', 'True', 'InstallationCancelled', /agentclusterinstall/),
  'preparation-fails': onInstall('LastInstallationPreparationFailed', 'True', 'Why', /agents -n sno1/),
  'agents-not-as-planned': onInstall('RequirementsMet', 'False', 'InsufficientAgents', /agents -n sno1/),
  'agent-invalid': { objects: [saying('Agent', 'Validated', 'False', 'ValidationsFailing')], object: 'Agent/sno1/uuid', next: /describe agent/ },
  'cluster-invalid': {
    objects: [saying('AgentClusterInstall', 'Validated', 'False'), agent({}), host({})],
    object: 'AgentClusterInstall/sno1/sno1',
    next: /describe agentclusterinstall/,
  },
  'booted-image-again': {
    objects: [agent({ debugInfo: { state: 'installing-pending-user-action' } })],
    object: 'Agent/sno1/uuid',
    next: /lab console/,
  },
  'installed-unnoticed': {
    objects: [saying('AgentClusterInstall', 'Completed', 'True'), { kind: 'ClusterDeployment', name: 'sno1', spec: {} }],
    object: 'ClusterDeployment/sno1/sno1',
    next: /hive-controllers/,
  },
  'import-failed': onManaged('ManagedClusterImportSucceeded', 'False', 'ManagedClusterImportFailed', /sno1-admin-kubeconfig/),
  'managed-cluster-unavailable': onManaged('ManagedClusterJoined', 'True', 'Joined', /klusterlet/),
  'agent-not-joined': onManaged('ManagedClusterImportSucceeded', 'True', 'Imported', /klusterlet/),
};

function onInstance(type: string, reason?: string): (typeof SEEN)[string] {
  return {
    objects: [saying('ClusterInstance', type, 'False', reason)],
    object: 'ClusterInstance/sno1/sno1',
    next: /^oc describe clusterinstance sno1 -n sno1$/,
  };
}

function onHost(status: object, next: RegExp): (typeof SEEN)[string] {
  return { objects: [host(status)], object: 'BareMetalHost/sno1/master-0', next };
}

function onInstall(type: string, status: string, reason: string, next: RegExp): (typeof SEEN)[string] {
  return { objects: [saying('AgentClusterInstall', type, status, reason)], object: 'AgentClusterInstall/sno1/sno1', next };
}

function onManaged(type: string, status: string, reason: string, next: RegExp): (typeof SEEN)[string] {
  return { objects: [saying('ManagedCluster', type, status, reason)], object: 'ManagedCluster/sno1', next };
}

describe('every row of the fail-fast table is explained from its object to the next command', () => {
  for (const { id } of FAIL_FAST) {
    const stage = FAIL_FAST.find((rule) => rule.id === id && id.startsWith('stage-'));
    test(id, () => {
      const name = /^"(.+)" takes/.exec(stage?.hint ?? '')?.[1];
      const row = SEEN[id] ?? { objects: [agent({ progress: { currentStage: name } })], object: 'Agent/sno1/uuid', next: /lab console/ };
      const { findings, waitingFor } = explainCluster('sno1', row.objects.map(object));
      const found = findings.find((finding) => finding.rule === id);
      assert.ok(found, `${id} is not among ${findings.map((finding) => finding.rule).join(', ')}`);
      assert.equal(found.object, row.object);
      assert.match(found.next, row.next);
      assert.doesNotMatch(found.next, /OBJECT|CLUSTER|NODE/);
      for (const text of [found.condition, found.cause, found.hint]) assert.notEqual(text, '');
      assert.ok(waitingFor, 'it says what the installation waits for');
    });
  }
});

test('a finding says since when its condition says so', () => {
  const { findings } = explainCluster('sno1', [object(saying('ClusterInstance', 'ClusterInstanceValidated', 'False'))]);
  assert.deepEqual(
    findings.map(({ since, message, tolerated_s }) => ({ since, message, tolerated_s })),
    [{ since: SINCE, message: 'its own words', tolerated_s: 30 }],
  );
});

test('of a cluster without objects nothing is said', () => {
  assert.deepEqual(explainCluster('sno1', []), { cluster: 'sno1', waitingFor: undefined, findings: [] });
});
