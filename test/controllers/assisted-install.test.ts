import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Condition, KubeObject } from '../../src/kube/objects.ts';
import { clusterObjects, startMachineWorld, type MachineWorld } from './assisted-world.ts';

const crds = join(import.meta.dirname, '..', '..', '..', 'shared', 'crds');
const skip = existsSync(crds) || process.env['CI'] === 'true' ? false : 'no real definitions beside the repository';
const ACI = { apiVersion: 'extensions.hive.openshift.io/v1beta1', kind: 'AgentClusterInstall', namespace: 'sno1', name: 'sno1' };
const CD = { apiVersion: 'hive.openshift.io/v1', kind: 'ClusterDeployment', namespace: 'sno1', name: 'sno1' };
const AGENTS = { apiVersion: 'agent-install.openshift.io/v1beta1', kind: 'Agent', namespace: 'sno1' };

function condition(object: KubeObject | undefined, type: string): Condition | undefined {
  return ((object?.['status'] ?? {}) as { conditions?: readonly Condition[] }).conditions?.find((one) => one.type === type);
}

function installed(cd: KubeObject | undefined): boolean {
  const spec: { readonly installed?: boolean } = cd?.['spec'] ?? {};
  return spec.installed === true;
}

async function create(world: MachineWorld, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) await world.hub.kube.create(object);
}

test('a single node goes from its objects to an installed cluster', { skip }, async (t) => {
  const world = await startMachineWorld(t, ['server-a']);
  await create(world, clusterObjects('sno1', [{ name: 'master-0', role: 'master', index: 0 }], { holdInstallation: true }));
  await world.until('held', 40, async () => condition(await world.hub.kube.get(ACI), 'Completed')?.reason === 'InstallationOnHold');
  const [agent] = (await world.hub.kube.list(AGENTS)).items;
  assert.equal(agent?.metadata.name, '00000000-0000-4000-8000-000000000000');
  assert.equal(agent.metadata.labels?.['agent-install.openshift.io/bmh'], 'master-0');

  const releasedMinutes = world.minutes();
  await world.hub.kube.patch(ACI, { spec: { holdInstallation: false } }, { type: 'merge' });
  await world.until('completed', 80, async () => condition(await world.hub.kube.get(ACI), 'Completed')?.status === 'True');
  const tookMinutes = world.minutes() - releasedMinutes;
  assert.ok(tookMinutes > 25 && tookMinutes < 60, `took ${tookMinutes} minutes`);
  await world.until('installed', 5, async () => installed(await world.hub.kube.get(CD)));
  const cd = await world.hub.kube.get(CD);
  assert.equal(condition(cd, 'Provisioned')?.status, 'True');
  assert.equal(condition(cd, 'ClusterInstallCompleted')?.reason, 'InstallationCompleted');
  assert.equal(world.machines.byName('server-a')?.installed()?.cluster, 'sno1');
  assert.deepEqual(new Set(world.machines.powerLog.map(({ cause }) => cause)), new Set(['sno1/apply']));
  assert.deepEqual(world.hub.log, []);
});
