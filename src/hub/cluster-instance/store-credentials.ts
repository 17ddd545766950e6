import { objectPath } from '../../kube/objects.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub, type Hub } from '../hub.ts';
import { CLUSTER_DEPLOYMENT, refTo, SECRET } from '../kinds.ts';
import { textAt, valueAt } from '../read-object.ts';

/**
 * The spoke's kubeconfig and kubeadmin password become outputs of the job.
 *
 * With `ifInstalled` a cluster that never got so far has none, and that is fine.
 */
export function storeCredentials(input: ActionInput, { ifInstalled = false }: { readonly ifInstalled?: boolean } = {}): Step<ActionDeps> {
  const { cluster } = input;
  return {
    id: 'store-credentials',
    title: `Keep the credentials of ${cluster.name}`,
    limitMs: 10 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      if (ifInstalled && !(await isInstalled(hub))) return context.log(`${cluster.name} was never installed: there are no credentials to keep`);
      await deps.output('kubeconfig', await secretValue(hub, 'adminKubeconfigSecretRef', 'kubeconfig'));
      await deps.output('kubeadmin-password', await secretValue(hub, 'adminPasswordSecretRef', 'password'));
    },
  };
}

async function isInstalled({ kube, cluster, context }: Hub): Promise<boolean> {
  return valueAt(await kube.get(refTo(CLUSTER_DEPLOYMENT, cluster.name, cluster.name), context.signal), 'spec', 'installed') === true;
}

/** Reads a Secret that the ClusterDeployment names: a Secret of the usual name may be left from another installation. */
async function secretValue({ kube, cluster, context }: Hub, reference: string, key: string): Promise<string> {
  const deployment = refTo(CLUSTER_DEPLOYMENT, cluster.name, cluster.name);
  const name = textAt(await kube.get(deployment, context.signal), 'spec', 'clusterMetadata', reference, 'name');
  const ref = refTo(SECRET, name, cluster.name);
  const value = name === '' ? '' : textAt(await kube.get(ref, context.signal), 'data', key);
  if (value !== '') return Buffer.from(value, 'base64').toString();
  throw new StepFailed(
    'refused',
    name === ''
      ? {
          object: objectPath(deployment),
          condition: `clusterMetadata.${reference}`,
          reason: 'NotFound',
          message: 'the installed cluster has no such reference',
        }
      : { object: objectPath(ref), condition: key, reason: 'NotFound', message: `the Secret is missing or has no ${key}` },
    { hint: 'see the hive and assisted-service controllers of the hub' },
  );
}
