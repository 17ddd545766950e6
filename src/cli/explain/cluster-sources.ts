import { listIfServed } from '../../kube/list-if-served.ts';
import * as z from 'zod';
import { parseAllDocuments } from 'yaml';
import { clusterQueries } from '../../hub/cluster-objects.ts';
import { CLUSTER_CURATOR, CLUSTER_GROUP_UPGRADE } from '../../hub/kinds.ts';
import { keptKubeconfig } from '../../hub/cluster-import/spoke.ts';
import { HEALTH_KINDS } from '../../hub/upgrade/spoke-health.ts';
import { createKubeClient } from '../../kube/create-kube-client.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { parseKubeconfig } from '../../kube/parse-kubeconfig.ts';
import { systemClock } from '../../util/clock.ts';
import { directDial } from '../../util/dial.ts';
import { isLabwrightError } from '../../util/errors.ts';
import { localExec } from '../../util/exec.ts';
import { readTextFile } from '../../util/read-text-file.ts';
import { MAX_SOURCE_BYTES } from '../../util/source-file.ts';
import { interruptSignal } from '../interrupt-signal.ts';

/** A cluster's objects, and where they were read. */
export interface SeenCluster {
  readonly objects: readonly KubeObject[];
  /** "the hub, now", "objects.yaml of job sno1-install". */
  readonly from: string;
}

const Documents = z.array(z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) }));

/** @returns undefined when the hub has nothing of the cluster. @throws LabwrightError `unreachable`, `unauthorized` */
export async function fromHub(cluster: string, kubeconfigPath: string): Promise<SeenCluster | undefined> {
  const kubeconfig = await readTextFile(kubeconfigPath, { maxBytes: MAX_SOURCE_BYTES, hint: 'name the kubeconfig of the hub that installs the cluster' });
  const connect = (text: string): KubeClient => createKubeClient({ clock: systemClock, dial: directDial, headers: {}, exec: localExec }, parseKubeconfig(text));
  const kube = connect(kubeconfig);
  const signal = interruptSignal();
  // A hub without a kind has none of it.
  const queries = [...clusterQueries(cluster), { ...CLUSTER_CURATOR, namespace: cluster }, CLUSTER_GROUP_UPGRADE];
  const lists = await Promise.all(queries.map(async (query) => (await listIfServed(kube, query, signal)) ?? []));
  const own = await ofItself(cluster, kube, connect, signal);
  return seen([...lists.flat(), ...own], own.length === 0 ? 'the hub, now' : 'the hub and itself, now');
}

/** What the cluster says of itself, by the kubeconfig that its hub keeps; nothing when that is not to be had, or nobody answers. */
async function ofItself(cluster: string, hub: KubeClient, connect: (kubeconfig: string) => KubeClient, signal: AbortSignal): Promise<readonly KubeObject[]> {
  try {
    const kubeconfig = await keptKubeconfig(hub, cluster, signal);
    if (kubeconfig === undefined) return [];
    const spoke = connect(kubeconfig);
    return (await Promise.all(HEALTH_KINDS.map((kind) => listIfServed(spoke, kind, signal)))).flatMap((list) => list ?? []);
  } catch (error) {
    if (!isLabwrightError(error)) throw error;
    return [];
  }
}

/** @throws LabwrightError `bad_input` */
export async function fromFile(path: string): Promise<SeenCluster | undefined> {
  return fromText(await readTextFile(path, { maxBytes: MAX_SOURCE_BYTES, hint: 'name objects.yaml of a failed job' }), path);
}

/** What `hub/evidence` wrote. */
export function fromText(text: string, from: string): SeenCluster | undefined {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as unknown);
  return seen(Documents.parse(documents) as unknown as readonly KubeObject[], from);
}

function seen(objects: readonly KubeObject[], from: string): SeenCluster | undefined {
  return objects.length === 0 ? undefined : { objects, from };
}
