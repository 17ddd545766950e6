import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { LabwrightError } from '../../util/errors.ts';
import { newUuid } from '../../util/ids.ts';
import { makeClusterCertificates } from '../api/access/cluster-certificates.ts';
import { ClusterIdentity, ignitionOf } from './ignition.ts';
import { newPassword, readState, writeAuth, writeState, type Task } from './install-folder.ts';
import { readInPlaceConfig, readUpiConfig, type InstallConfig } from './read-manifests.ts';

const State = z.object({ identity: ClusterIdentity, password: z.string() });
type State = z.infer<typeof State>;

const Scheduler = z.object({ kind: z.literal('Scheduler'), spec: z.object({ mastersSchedulable: z.boolean() }) });
const SCHEDULER = join('manifests', 'cluster-scheduler-02-config.yml');

/** `create single-node-ignition-config`: the live system is the bootstrap. */
export async function createInPlaceIgnition(task: Task): Promise<void> {
  const state = await stateOf(task, readInPlaceConfig);
  await writeAssets(task, state, { 'bootstrap-in-place-for-live-iso.ign': ignitionOf({ kind: 'in-place', identity: state.identity }) });
}

/** `create manifests`: one of them is there to be changed before the ignition is made of it. */
export async function createManifests(task: Task): Promise<void> {
  await stateOf(task, readUpiConfig);
  await mkdir(join(task.dir, 'manifests'), { recursive: true });
  await writeFile(
    join(task.dir, SCHEDULER),
    stringify({
      apiVersion: 'config.openshift.io/v1',
      kind: 'Scheduler',
      metadata: { name: 'cluster' },
      spec: { mastersSchedulable: true, policy: { name: '' } },
    }),
  );
  task.say(`Manifests created in: ${join(task.dir, 'manifests')}`);
}

/** `create ignition-configs`: one for the bootstrap, one for each role. */
export async function createIgnitionConfigs(task: Task): Promise<void> {
  const state = await stateOf(task, readUpiConfig);
  const mastersSchedulable = await consumeManifests(task);
  const { clusterId, cluster } = state.identity;
  await writeAssets(task, state, {
    'bootstrap.ign': ignitionOf({ kind: 'bootstrap', identity: { ...state.identity, mastersSchedulable } }),
    'master.ign': ignitionOf({ kind: 'node', role: 'master', cluster, clusterId }),
    'worker.ign': ignitionOf({ kind: 'node', role: 'worker', cluster, clusterId }),
  });
}

/** The cluster of this folder, made of its install-config the first time. */
async function stateOf({ dir, version, say }: Task, read: (text: string) => InstallConfig): Promise<State> {
  const before = await readState(dir, State);
  if (before) return before;
  const path = join(dir, 'install-config.yaml');
  const { metadata, baseDomain, controlPlane } = read(await readFile(path, 'utf8'));
  const api = { host: `api.${metadata.name}.${baseDomain}`, port: 6443 };
  const certificates = await makeClusterCertificates(metadata.name, api);
  const identity = {
    clusterId: newUuid(),
    cluster: metadata.name,
    baseDomain,
    version,
    masters: controlPlane.replicas,
    mastersSchedulable: true,
    approvesNodes: false,
    certificates,
  };
  const state = { identity, password: newPassword() };
  await writeState(dir, state);
  say('Consuming Install Config from target directory');
  await rm(path);
  return state;
}

/** @returns whether the control plane carries applications, which it does unless a manifest was changed. */
async function consumeManifests({ dir, say }: Task): Promise<boolean> {
  const text = await readFile(join(dir, SCHEDULER), 'utf8').catch(() => undefined);
  if (text === undefined) return true;
  const { success, data } = Scheduler.safeParse(parse(text));
  if (!success) throw new LabwrightError('bad_input', `${SCHEDULER} is no Scheduler with spec.mastersSchedulable`);
  say('Consuming Common Manifests from target directory');
  await rm(join(dir, 'manifests'), { recursive: true });
  return data.spec.mastersSchedulable;
}

async function writeAssets({ dir, say }: Task, { identity, password }: State, ignitions: Readonly<Record<string, string>>): Promise<void> {
  await writeAuth(dir, identity.certificates, password);
  const { cluster: clusterName, clusterId: clusterID } = identity;
  await writeFile(join(dir, 'metadata.json'), JSON.stringify({ clusterName, clusterID, infraID: `${clusterName}-${clusterID.slice(0, 5)}` }));
  for (const [name, content] of Object.entries(ignitions)) await writeFile(join(dir, name), content, { mode: 0o640 });
  say(`Ignition-Configs created in: ${dir} and ${join(dir, 'auth')}`);
}
