import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { withConditions } from '../conditions.ts';
import type { Controller, ObjectKey } from '../controller.ts';
import { agentAnnotations, agentLabels } from './agent-marks.ts';
import { specSynced } from './agent-conditions.ts';
import { takeAgentSpec } from './agent-spec.ts';
import { agentStatus } from './agent-status.ts';
import { FIELD_MANAGER, type AssistedDeps } from './assisted-deps.ts';
import { AGENT, FINALIZERS, INFRA_ENV, INFRA_ENV_LABEL } from './kinds.ts';
import { HOST_INFO } from './service/host-states.ts';
import type { HostRecord, InfraEnvRecord } from './service/records.ts';
import { addFinalizer, at, mergePatch, putStatus, removeFinalizer } from './write-objects.ts';

/** Agent: one per host that registered; its spec goes to the service's record of the host, its status follows that record. */
export function agentController(deps: AssistedDeps): Controller {
  const { kube, service, clock } = deps;
  /** Where each host's Agent is: the InfraEnv may be gone before it. */
  const namespaces = new Map<string, string>();
  const keyOfHost = (host: HostRecord): ObjectKey | undefined => {
    const namespace = service.infraEnvs.get(host.infraEnvId)?.namespace ?? namespaces.get(host.id);
    return namespace === undefined ? undefined : { namespace, name: host.id };
  };
  return {
    name: 'assisted/agents',
    watches: [{ kind: AGENT }],
    source: (wake) =>
      void service.onChange((change) => {
        const key = 'host' in change ? keyOfHost(change.host) : undefined;
        if (key) wake(key);
      }),
    async reconcile(key, signal) {
      const host = service.hosts.get(key.name);
      const found = await kube.get(at(AGENT, key.namespace, key.name), signal);
      if (found?.metadata.deletionTimestamp !== undefined) {
        service.removeHost(key.name);
        return removeFinalizer(kube, found, FINALIZERS.agent, signal);
      }
      if (!host) {
        if (found) await orphan(found, signal);
        return;
      }
      namespaces.set(host.id, key.namespace ?? '');
      const infraEnv = service.infraEnvs.get(host.infraEnvId);
      const created = found ?? (infraEnv && (await create(host, infraEnv, signal)));
      if (!created) return;
      let agent = await addFinalizer(kube, created, FINALIZERS.agent, signal);
      const error = takeAgentSpec(deps, agent, host);
      installDay2(host.id);
      const now = service.hosts.get(host.id) ?? host;
      agent = await mark(agent, now, signal);
      await putStatus(kube, agent, agentStatus(deps, agent, now, now.clusterId === undefined ? undefined : service.clusters.get(now.clusterId), error), signal);
    },
  };

  async function create(host: HostRecord, infraEnv: InfraEnvRecord, signal: AbortSignal): Promise<KubeObject | undefined> {
    const owner = await kube.get(at(INFRA_ENV, infraEnv.namespace, infraEnv.name), signal);
    if (!owner) return undefined;
    const cluster = host.clusterId === undefined ? undefined : service.clusters.get(host.clusterId);
    const agent: KubeObject = {
      ...AGENT,
      metadata: {
        name: host.id,
        namespace: infraEnv.namespace,
        labels: { [INFRA_ENV_LABEL]: infraEnv.name },
        ownerReferences: [{ apiVersion: INFRA_ENV.apiVersion, kind: INFRA_ENV.kind, name: infraEnv.name, uid: owner.metadata.uid ?? '' }],
      },
      spec: { approved: false, role: '', ...(cluster ? { clusterDeploymentName: { name: cluster.deployment, namespace: cluster.namespace } } : {}) },
    };
    return kube.create(agent, FIELD_MANAGER, signal);
  }

  /** A host that is added later does not wait for others: approved and ready, it installs. */
  function installDay2(id: string): void {
    service.changeHost(id, (host) =>
      host.day2 && host.approved && host.state === 'known'
        ? { ...host, state: 'installing', stateInfo: HOST_INFO.installing, stateSinceMs: clock.now() }
        : host,
    );
  }

  async function mark(agent: KubeObject, host: HostRecord, signal: AbortSignal): Promise<KubeObject> {
    const changed = (
      now: Readonly<Record<string, string>> | undefined,
      wanted: Readonly<Record<string, string>>,
    ): Readonly<Record<string, string>> | undefined => {
      const entries = Object.entries(wanted).filter(([key, value]) => now?.[key] !== value);
      return entries.length === 0 ? undefined : Object.fromEntries(entries);
    };
    const annotations = changed(agent.metadata.annotations, agentAnnotations(host));
    const labels = changed(agent.metadata.labels, agentLabels(host, host.clusterId === undefined ? undefined : service.clusters.get(host.clusterId)));
    if (!annotations && !labels) return agent;
    return mergePatch(kube, agent, { metadata: { ...(annotations ? { annotations } : {}), ...(labels ? { labels } : {}) } }, signal);
  }

  /** An Agent whose host the service no longer knows: its InfraEnv went first. */
  async function orphan(agent: KubeObject, signal: AbortSignal): Promise<void> {
    const before = (agent['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
    const conditions = withConditions(before.conditions, [specSynced({ kind: 'backend', message: 'record not found' })], clock.now());
    await putStatus(kube, agent, { ...before, conditions }, signal);
  }
}
