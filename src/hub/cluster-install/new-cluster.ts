import { readFile } from 'node:fs/promises';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isLabwrightError } from '../../util/errors.ts';
import type { StepContext } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { installerFiles } from './installer-files.ts';

/** A client of the cluster that is being installed: its kubeconfig was made before its machines were booted. */
export async function newCluster(input: ActionInput, deps: ActionDeps, context: StepContext): Promise<KubeClient> {
  return deps.kube(await deps.clock.during(readFile(installerFiles(deps, input).kubeconfig, 'utf8')), context.stepId);
}

/** What its API server says of itself. @returns undefined when it is ready. */
export async function readyz(kube: KubeClient, signal: AbortSignal): Promise<{ readonly reason: string; readonly message: string } | undefined> {
  try {
    const { status, body } = await kube.raw('GET', '/readyz', undefined, signal);
    return status === 200 ? undefined : { reason: `HTTP ${status}`, message: typeof body === 'string' ? body : JSON.stringify(body) };
  } catch (error) {
    signal.throwIfAborted();
    if (!isLabwrightError(error)) throw error;
    return { reason: error.code, message: error.message };
  }
}
