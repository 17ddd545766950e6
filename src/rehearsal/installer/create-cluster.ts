import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { LabwrightError } from '../../util/errors.ts';
import { newUuid } from '../../util/ids.ts';
import { makeClusterCertificates } from '../api/access/cluster-certificates.ts';
import { askControl, WORLD_VARIABLE } from '../ask-control.ts';
import { InstallRequest } from './install-request.ts';
import { newPassword, readState, writeAuth, writeState, type Task } from './install-folder.ts';
import { readIpiConfig } from './read-manifests.ts';

const State = z.object({ request: InstallRequest, password: z.string() });

/** `create cluster` of platform baremetal: checks its config, makes its credentials, and leaves the rest to its world. @returns the exit code. */
export async function createCluster({ dir, version, say, env }: Task): Promise<number> {
  if ((await readState(dir, State)) !== undefined)
    throw new LabwrightError('conflict', 'a cluster was begun in this folder already: wait for it, or begin in another one');
  const path = join(dir, 'install-config.yaml');
  const { install, hosts } = readIpiConfig(await readFile(path, 'utf8'));
  const { name } = install.metadata;
  const certificates = await makeClusterCertificates(name, { host: `api.${name}.${install.baseDomain}`, port: 6443 });
  const workers = hosts.filter(({ role }) => role === 'worker').length;
  const identity = {
    clusterId: newUuid(),
    cluster: name,
    baseDomain: install.baseDomain,
    version,
    masters: install.controlPlane.replicas,
    mastersSchedulable: workers === 0,
    approvesNodes: true,
    certificates,
  };
  const request: InstallRequest = { folder: dir, cause: env['LABWRIGHT_STEP'] ?? null, identity, hosts };
  const password = newPassword();
  await writeState(dir, { request, password });
  say('Consuming Install Config from target directory');
  await rm(path);
  await writeAuth(dir, certificates, password);
  return Number(await askControl(socketOf(env), { type: 'install-cluster', ...request }));
}

/** `wait-for bootstrap-complete|install-complete`, of a cluster that was begun in this folder. */
export async function waitForCluster({ dir, env }: Task): Promise<number> {
  const state = await readState(dir, State);
  if (!state) throw new LabwrightError('not_found', 'no cluster was begun in this folder');
  return Number(await askControl(socketOf(env), { type: 'await-cluster', folder: dir, clusterId: state.request.identity.clusterId }));
}

function socketOf(env: Task['env']): string {
  const socket = env[WORLD_VARIABLE];
  if (socket === undefined) throw new LabwrightError('refused', `this stand-in has no world to install in: ${WORLD_VARIABLE} is not set`);
  return socket;
}
