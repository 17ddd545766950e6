import { isKubeApiError } from '../kube/kube-api-error.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import { objectPath, type KubeObject } from '../kube/objects.ts';
import type { PlannedCluster } from '../lab/plan.ts';
import { isLabwrightError, LabwrightError } from '../util/errors.ts';
import { StepFailed } from '../util/step-failed.ts';
import type { StepContext } from '../util/step.ts';
import type { ActionDeps, ActionInput } from './action.ts';
import { FIELD_MANAGER } from './kinds.ts';
import { hubRedactor } from './redact-hub.ts';

/** The hub of a spoke, as one step sees it. */
export interface Hub {
  readonly kube: KubeClient;
  /** Its name in the lab. */
  readonly name: string;
  readonly cluster: PlannedCluster;
  readonly context: StepContext;
  /** Folder of the job. */
  readonly workDir: string;
  /** For every text that comes from an object of the hub. */
  readonly redact: (text: string) => string;
}

/** @throws LabwrightError `bad_input` when the job was not given the hub's kubeconfig. */
export function openHub(input: ActionInput, deps: ActionDeps, context: StepContext): Hub {
  const kubeconfig = input.inputs['hub_kubeconfig'];
  const name = input.cluster.hub ?? 'hub';
  if (kubeconfig === undefined) {
    throw new LabwrightError('bad_input', `the job has no kubeconfig of ${name}`, {
      hint: 'give the job inputs: {hub_kubeconfig: <output of the job that installs the hub>}',
    });
  }
  return { kube: deps.kube(kubeconfig, context.stepId), name, cluster: input.cluster, context, workDir: deps.workDir, redact: hubRedactor(input.pullSecret) };
}

/** Server-side apply with our field manager. @throws StepFailed that names the object, and for a conflict the other manager and the fields. */
export async function applyObject(hub: Hub, object: KubeObject): Promise<KubeObject> {
  try {
    return await pastWebhooks(hub, () => hub.kube.apply(object, { fieldManager: FIELD_MANAGER }, hub.context.signal));
  } catch (error) {
    if (isKubeApiError(error)) throw refusal(hub, objectPath(object), 'Applied', error.reason ?? `HTTP ${error.status}`, error);
    throw error;
  }
}

const WEBHOOK_PATIENCE_MS = 90_000;
const WEBHOOK_PAUSE_MS = 5000;

/** Asks again while an admission webhook does not answer: an operator's pod restarts in less than a minute. */
async function pastWebhooks<T>({ context: { clock, signal, log } }: Hub, write: () => Promise<T>): Promise<T> {
  const untilMs = clock.now() + WEBHOOK_PATIENCE_MS;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isKubeApiError(error) || !/failed calling webhook/.test(error.message) || clock.now() >= untilMs) throw error;
      log(error.message);
      await clock.sleep(WEBHOOK_PAUSE_MS, signal);
    }
  }
}

/** What an API server or webhook said no to, as a step's failure. */
export function refusal(hub: Hub, object: string, condition: string, reason: string, error: Error): StepFailed {
  const code = isLabwrightError(error) && error.code === 'conflict' ? 'conflict' : 'refused';
  const hint = isLabwrightError(error) ? error.hint : undefined;
  return new StepFailed(code, { object, condition, reason, message: hub.redact(error.message) }, { cause: error, ...(hint === undefined ? {} : { hint }) });
}
