import { listIfServed } from '../../kube/list-if-served.ts';
import * as z from 'zod';
import { parseAllDocuments } from 'yaml';
import { clusterObjects, clusterQueries, type ClusterObjects } from '../../hub/cluster-objects.ts';
import { createKubeClient } from '../../kube/create-kube-client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { parseKubeconfig } from '../../kube/parse-kubeconfig.ts';
import { systemClock } from '../../util/clock.ts';
import { directDial } from '../../util/dial.ts';
import { localExec } from '../../util/exec.ts';
import { readTextFile } from '../../util/read-text-file.ts';
import { MAX_SOURCE_BYTES } from '../../util/source-file.ts';
import { interruptSignal } from '../interrupt-signal.ts';

/** A cluster's objects, and where they were read. */
export interface SeenCluster {
  readonly objects: ClusterObjects;
  /** "the hub, now", "objects.yaml of job sno1-install". */
  readonly from: string;
}

const Documents = z.array(z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) }));

/** @returns undefined when the hub has nothing of the cluster. @throws LabwrightError `unreachable`, `unauthorized` */
export async function fromHub(cluster: string, kubeconfigPath: string): Promise<SeenCluster | undefined> {
  const kubeconfig = await readTextFile(kubeconfigPath, { maxBytes: MAX_SOURCE_BYTES, hint: 'name the kubeconfig of the hub that installs the cluster' });
  const kube = createKubeClient({ clock: systemClock, dial: directDial, headers: {}, exec: localExec }, parseKubeconfig(kubeconfig));
  const signal = interruptSignal();
  // A hub without a kind has none of it.
  const lists = await Promise.all(clusterQueries(cluster).map(async (query) => (await listIfServed(kube, query, signal)) ?? []));
  return seen(cluster, lists.flat(), 'the hub, now');
}

/** @throws LabwrightError `bad_input` */
export async function fromFile(cluster: string, path: string): Promise<SeenCluster | undefined> {
  return fromText(cluster, await readTextFile(path, { maxBytes: MAX_SOURCE_BYTES, hint: 'name objects.yaml of a failed job' }), path);
}

/** What `hub/evidence` wrote. */
export function fromText(cluster: string, text: string, from: string): SeenCluster | undefined {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as unknown);
  return seen(cluster, Documents.parse(documents) as unknown as readonly KubeObject[], from);
}

function seen(cluster: string, objects: readonly KubeObject[], from: string): SeenCluster | undefined {
  return objects.length === 0 ? undefined : { objects: clusterObjects(cluster, objects), from };
}
