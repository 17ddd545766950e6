import { isLabwrightError } from '../util/errors.ts';
import type { KubeClient, ListQuery } from './kube-client.ts';
import type { KubeObject } from './objects.ts';

/** The objects of a kind; undefined on a cluster that does not serve it: its operator is not there, or not there yet. */
export async function listIfServed(kube: KubeClient, query: ListQuery, signal: AbortSignal): Promise<readonly KubeObject[] | undefined> {
  return kube.list(query, signal).then(({ items }) => items, undefinedIfUnserved);
}

/** For `catch`: what a cluster says of a kind it does not serve becomes undefined. @throws whatever else went wrong. */
export function undefinedIfUnserved(error: unknown): undefined {
  if (isLabwrightError(error) && error.code === 'not_found') return undefined;
  throw error;
}
