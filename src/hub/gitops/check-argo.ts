import { objectPath } from '../../kube/objects.ts';
import { isLabwrightError } from '../../util/errors.ts';
import { StepFailed } from '../../util/step-failed.ts';
import type { Step } from '../../util/step.ts';
import type { ActionDeps, ActionInput } from '../action.ts';
import { openHub } from '../hub.ts';
import { NAMESPACE, refTo } from '../kinds.ts';
import { clusterApplications, isOurs } from './cluster-applications.ts';
import { APPLICATION, ARGO_NAMESPACE } from './kinds.ts';

/** The hub has Argo CD, and no Application but the job's own makes the cluster. */
export function checkArgo(input: ActionInput): Step<ActionDeps> {
  return {
    id: 'check-argo',
    title: `Check Argo CD on ${input.cluster.hub ?? 'the hub'}`,
    limitMs: 5 * 60_000,
    async run(deps, context) {
      const hub = openHub(input, deps, context);
      const missing = (object: string, message: string, cause?: unknown): StepFailed =>
        new StepFailed(
          'refused',
          { object, condition: 'Served', reason: 'NotFound', message },
          { hint: 'install the operator openshift-gitops-operator on the hub', cause },
        );
      try {
        await hub.kube.list({ ...APPLICATION, namespace: ARGO_NAMESPACE }, context.signal);
      } catch (error) {
        if (!isLabwrightError(error) || error.code !== 'not_found') throw error;
        throw missing(hub.name, `${hub.name} serves no ${APPLICATION.kind} in ${APPLICATION.apiVersion}`, error);
      }
      const namespace = refTo(NAMESPACE, ARGO_NAMESPACE);
      if ((await hub.kube.get(namespace, context.signal)) === undefined) throw missing(objectPath(namespace), 'Argo CD has no namespace on this hub');
      const foreign = (await clusterApplications(hub)).find((app) => !isOurs(app, input.cluster.name));
      if (foreign === undefined) return;
      throw new StepFailed(
        'conflict',
        { object: objectPath(foreign), condition: 'Absent', reason: 'AlreadyExists', message: `it makes ${input.cluster.name} too` },
        { hint: 'take the cluster out of that Application, or let it do the work and leave implementation away' },
      );
    },
  };
}
