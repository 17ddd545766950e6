import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { conditionOf } from '../../src/hub/read-object.ts';
import type { Condition, KubeObject } from '../../src/kube/objects.ts';
import type { FaultBoard } from '../../src/rehearsal/controllers/hub-deps.ts';
import type { FaultName } from '../../src/rehearsal/faults.ts';
import { clusterObjects, startMachineWorld, type MachineWorld } from './assisted-world.ts';

const crds = join(import.meta.dirname, '..', '..', '..', 'shared', 'crds');
const skip = existsSync(crds) || process.env['CI'] === 'true' ? false : 'no real definitions beside the repository';
const MASTERS = ['master-0', 'master-1', 'master-2'] as const;
const VIPS = { apiVIPs: ['192.168.111.100'], ingressVIPs: ['192.168.111.101'] };
const ACI = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall', namespace: 'sno1', name: 'sno1' };
const CD = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment', namespace: 'sno1', name: 'sno1' };
const AGENTS = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'Agent', namespace: 'sno1' };

function installed(cd: KubeObject | undefined): boolean {
  const spec: { readonly installed?: boolean } = cd?.['spec'] ?? {};
  return spec.installed === true;
}

/** A cluster of machines master-0 … and worker-0 …, in that order. */
async function create(world: MachineWorld, names: readonly string[], install: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const nodes = names.map((name, index) => ({ name, role: name.startsWith('master') ? ('master' as const) : ('worker' as const), index }));
  for (const object of clusterObjects('sno1', nodes, install)) await world.hub.kube.create(object);
}

async function completed(world: MachineWorld): Promise<Condition | undefined> {
  return conditionOf(await world.hub.kube.get(ACI), 'Completed');
}

function agentState(agent: KubeObject): string {
  const { debugInfo }: { readonly debugInfo?: { readonly state?: string } } = agent['status'] ?? {};
  return debugInfo?.state ?? '';
}

test('a single node goes from its objects to an installed cluster', { skip }, async (t) => {
  const world = await startMachineWorld(t, ['master-0']);
  await create(world, ['master-0'], { holdInstallation: true });
  await world.until('held', 40, async () => (await completed(world))?.reason === 'InstallationOnHold');
  const [agent] = (await world.hub.kube.list(AGENTS)).items;
  assert.equal(agent?.metadata.name, '00000000-0000-4000-8000-000000000000');
  assert.equal(agent.metadata.labels?.['agent-install.openshift.io/bmh'], 'master-0');

  const releasedMinutes = world.minutes();
  await world.hub.kube.patch(ACI, { spec: { holdInstallation: false } }, { type: 'merge' });
  await world.until('completed', 80, async () => (await completed(world))?.status === 'True');
  const tookMinutes = world.minutes() - releasedMinutes;
  assert.ok(tookMinutes > 25 && tookMinutes < 60, `took ${tookMinutes} minutes`);
  await world.until('installed', 5, async () => installed(await world.hub.kube.get(CD)));
  const cd = await world.hub.kube.get(CD);
  assert.equal(conditionOf(cd, 'Provisioned')?.status, 'True');
  assert.equal(conditionOf(cd, 'ClusterInstallCompleted')?.reason, 'InstallationCompleted');
  assert.equal(world.machines.byName('master-0')?.installed()?.cluster, 'sno1');
  assert.deepEqual(new Set(world.machines.powerLog.map(({ cause }) => cause)), new Set(['sno1/apply']));
  assert.deepEqual(world.hub.log, []);
});

test('three control planes and two workers install in 60 to 90 minutes, the bootstrap host last to reboot', { skip }, async (t) => {
  const names = [...MASTERS, 'worker-0', 'worker-1'];
  const world = await startMachineWorld(t, names);
  await create(world, names, VIPS);
  const order: string[] = [];
  await world.until('completed', 120, async () => {
    for (const agent of (await world.hub.kube.list(AGENTS)).items) {
      const { role, bootstrap, progress }: { role?: string; bootstrap?: boolean; progress?: { currentStage?: string } } = agent['status'] ?? {};
      const who = `${role}${bootstrap ? ' (bootstrap)' : ''}`;
      const rebooted = ['Rebooting', 'Configuring', 'Waiting for ignition', 'Joined', 'Done'].includes(progress?.currentStage ?? '');
      if (rebooted && !order.includes(`${agent.metadata.name} ${who}`)) order.push(`${agent.metadata.name} ${who}`);
    }
    return (await completed(world))?.status === 'True';
  });
  assert.ok(world.minutes() > 60 && world.minutes() < 95, `took ${world.minutes()} minutes`);
  assert.deepEqual(
    order.map((one) => one.split(' ').slice(1).join(' ')).filter((role) => role.startsWith('master')),
    ['master', 'master', 'master (bootstrap)'],
  );
  assert.equal(order.length, 5);
  assert.deepEqual(world.hub.log, []);
});

test('a machine that loses power while it installs fails its cluster after the time the service waits for it', { skip }, async (t) => {
  const world = await startMachineWorld(t, [...MASTERS]);
  await create(world, MASTERS, VIPS);
  await world.until('installing', 40, async () => (await world.hub.kube.list(AGENTS)).items.some((agent) => agentState(agent) === 'installing-in-progress'));
  await world.backend.reset('master-1', 'ForceOff', 'test/pulls-the-plug');
  const offMinutes = world.minutes();
  await world.until('failed', 20, async () => conditionOf(await world.hub.kube.get(ACI), 'Failed')?.status === 'True');
  const tookMinutes = world.minutes() - offMinutes;
  assert.ok(tookMinutes >= 3 && tookMinutes <= 7, `took ${tookMinutes} minutes`);
  const agents = (await world.hub.kube.list(AGENTS)).items;
  const off = agents.find(({ metadata }) => metadata.name.endsWith('1'));
  assert.equal(
    conditionOf(off, 'Installed')?.message,
    'The installation has failed: Host failed to install due to timeout while connecting to host during the installation phase.',
  );
  assert.equal((await completed(world))?.message, 'The installation has failed: cluster has hosts in error');
});

test('a machine that never boots keeps the cluster waiting for its agent', { skip }, async (t) => {
  const world = await startMachineWorld(t, [...MASTERS], undefined, false, new Map([['master-2', 'host-never-boots']]));
  await create(world, MASTERS, VIPS);
  await world.until(
    'the others are known',
    40,
    async () => (await world.hub.kube.list(AGENTS)).items.filter((agent) => agentState(agent) !== 'discovering').length === 2,
  );
  await world.hub.at((world.minutes() + 60) * 60_000, () => Promise.resolve());
  const aci = await world.hub.kube.get(ACI);
  assert.equal(conditionOf(aci, 'RequirementsMet')?.reason, 'ClusterNotReady');
  assert.match(conditionOf(aci, 'Validated')?.message ?? '', /The cluster must have exactly 3 dedicated control plane nodes/);
});

test('the fault install-fails hits the first install of its cluster and leaves the next alone', { skip }, async (t) => {
  const faults = oneFault('install-fails');
  const world = await startMachineWorld(t, ['master-0'], faults);
  await create(world, ['master-0']);
  await world.until('failed', 60, async () => conditionOf(await world.hub.kube.get(ACI), 'Failed')?.status === 'True');
  const [agent] = (await world.hub.kube.list(AGENTS)).items;
  assert.match(conditionOf(agent, 'Installed')?.message ?? '', /^The installation has failed: Failed - failed executing .*No space left on device"$/);
  assert.equal(conditionOf(await world.hub.kube.get(CD), 'ProvisionStopped')?.status, 'True');

  await tearDown(world);
  for (const object of clusterObjects('sno1', [{ name: 'master-0', role: 'master', index: 0 }], {}))
    if (REMADE.includes(object.kind)) await world.hub.kube.create(object);
  await world.until('completed', 90, async () => (await completed(world))?.status === 'True');
});

test('a finalizer of somebody else keeps the AgentClusterInstall and with it the ClusterDeployment', { skip }, async (t) => {
  const world = await startMachineWorld(t, ['master-0']);
  await create(world, ['master-0'], { holdInstallation: true });
  await world.until('taken', 5, async () => (await world.hub.kube.get(ACI))?.metadata.finalizers?.length === 1);
  const taken = await world.hub.kube.get(ACI);
  await world.hub.kube.patch(ACI, { metadata: { finalizers: [...(taken?.metadata.finalizers ?? []), 'example.com/stuck'] } }, { type: 'merge' });
  await world.hub.kube.delete(CD);
  await world.hub.at((world.minutes() + 30) * 60_000, () => Promise.resolve());
  assert.deepEqual((await world.hub.kube.get(ACI))?.metadata.finalizers, ['example.com/stuck']);
  assert.notEqual(await world.hub.kube.get(CD), undefined);
  await world.hub.kube.patch(ACI, { metadata: { finalizers: null } }, { type: 'merge' });
  await world.until('gone', 5, async () => (await world.hub.kube.get(CD)) === undefined);
});

const REMADE = ['AgentClusterInstall', 'ClusterDeployment', 'InfraEnv', 'BareMetalHost', 'Secret'];

function oneFault(name: FaultName): FaultBoard {
  const left = new Set<string>([name]);
  return { hits: (asked) => left.has(asked), spend: (spent) => void left.delete(spent) };
}

/** Deletes what an installation was made of, in the order of a ClusterInstance's waves. */
async function tearDown(world: MachineWorld): Promise<void> {
  const bmh = { apiVersion: 'metal3.io/v1alpha1', kind: 'BareMetalHost', namespace: 'sno1', name: 'master-0' };
  const infraEnv = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'InfraEnv', namespace: 'sno1', name: 'sno1' };
  for (const ref of [bmh, CD, infraEnv]) {
    await world.hub.kube.delete(ref);
    await world.until(`${ref.kind} is gone`, 20, async () => (await world.hub.kube.get(ref)) === undefined);
  }
  assert.equal(await world.hub.kube.get(ACI), undefined);
  assert.deepEqual((await world.hub.kube.list(AGENTS)).items, []);
  for (const name of ['pull-secret', 'master-0-bmc-secret']) await world.hub.kube.delete({ apiVersion: 'v1', kind: 'Secret', namespace: 'sno1', name });
}
