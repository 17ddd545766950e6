import type { AdmissionRequest, Denial } from '../../api/write/admission.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { isSingleNode, isUserManaged, type AciSpec } from './aci-objects.ts';
import { specChanges } from './spec-changes.ts';
import { equal } from './write-objects.ts';

type Refusal = { readonly code: 400 | 409; readonly message: string };

/**
 * The admission webhooks of assisted-service: AgentClusterInstall, InfraEnv, Agent (recorded/assisted/admission-*).
 *
 * What they do not check is as real: numbers of agents, VIPs of a single node, the syntax of addresses. Their mutating
 * half, which writes userManagedNetworking down, is left out: readers derive it (`isUserManaged`).
 */
export function admitInstall({ operation, object, oldObject, resource, subresource }: AdmissionRequest): Denial | undefined {
  if (operation === 'DELETE' || subresource !== '' || !object) return undefined;
  const check = CHECKS[resource.kind];
  const refusal = check?.(object as unknown as KubeObject, oldObject as unknown as KubeObject | undefined);
  if (!refusal) return undefined;
  const webhook = `${resource.kind.toLowerCase()}validators.admission.agentinstall.openshift.io`;
  return { webhook, code: refusal.code, reason: refusal.code === 409 ? 'Conflict' : 'BadRequest', message: refusal.message };
}

const CHECKS: Readonly<Record<string, (object: KubeObject, old: KubeObject | undefined) => Refusal | undefined>> = {
  AgentClusterInstall: (object, old) => refusedPlatform(specOf(object), old && wasUserManaged(old)) ?? (old && refusedChange(object, old)),
  InfraEnv: refusedInfraEnv,
  Agent: refusedAgent,
};

/** As it was when the service took it: later numbers of agents do not change it. */
function wasUserManaged(old: KubeObject): boolean {
  const { userManagedNetworking } = (old['status'] ?? {}) as { readonly userManagedNetworking?: boolean };
  return userManagedNetworking ?? isUserManaged(specOf(old));
}

function refusedPlatform(spec: AnySpec, before: boolean | undefined): Refusal | undefined {
  const managed = spec.networking?.userManagedNetworking ?? before;
  if (isSingleNode(spec) && spec.networking?.userManagedNetworking === false)
    return { code: 409, message: 'UserManagedNetworking must be set to true with SNO' };
  if (spec.platformType === 'BareMetal' && managed === true) return { code: 409, message: "Can't set baremetal platform with user-managed-networking enabled" };
  if (spec.platformType === 'BareMetal' && isSingleNode(spec)) return { code: 409, message: "Can't set baremetal platform on single node OpenShift" };
  if (spec.platformType === 'None' && managed === false) return { code: 409, message: "Can't set none platform with user-managed-networking disabled" };
  if (spec.platformType === 'External' && spec.external === undefined)
    return { code: 409, message: 'External setting must be set when using platform type external' };
  return undefined;
}

function refusedChange(object: KubeObject, old: KubeObject): Refusal | undefined {
  const [before, after] = [specOf(old), specOf(object)];
  if (!equal(before.imageSetRef, after.imageSetRef)) return { code: 400, message: 'Attempted to change AgentClusterInstall.ImageSetRef which is immutable' };
  const completed = completedReason(old);
  if (completed === undefined || completed === 'InstallationNotStarted' || completed === 'InstallationOnHold' || completed === 'NotAvailable') return undefined;
  const free = ['clusterMetadata', 'ignitionEndpoint', ...(completed === 'InstallationCompleted' ? ['provisionRequirements'] : [])];
  const changes = specChanges(before, after, free);
  if (changes.length === 0) return undefined;
  const what = 'Attempted to change AgentClusterInstall.Spec which is immutable after install started, except for ClusterMetadata,IgnitionEndpoint fields.';
  return { code: 400, message: `${what} Unsupported change: ${changes.map((change) => `\n\t${change}`).join('')}` };
}

function completedReason(aci: KubeObject): string | undefined {
  const { conditions = [] } = (aci['status'] ?? {}) as { readonly conditions?: readonly { type: string; reason: string }[] };
  return conditions.find(({ type }) => type === 'Completed')?.reason;
}

function refusedInfraEnv(object: KubeObject, old: KubeObject | undefined): Refusal | undefined {
  const spec = specOf(object);
  if (old && !equal(specOf(old).clusterRef, spec.clusterRef))
    return { code: 400, message: 'Attempted to change Spec.ClusterRef which is immutable after InfraEnv creation.' };
  if (!old && spec.clusterRef && spec.osImageVersion)
    return { code: 400, message: 'Either Spec.ClusterRef or Spec.OSImageVersion should be specified (not both).' };
  return undefined;
}

const INSTALLING = ['preparing-for-installation', 'preparing-successful', 'installing', 'installing-in-progress', 'installing-pending-user-action'];

function refusedAgent(object: KubeObject, old: KubeObject | undefined): Refusal | undefined {
  if (!old || equal(specOf(old).clusterDeploymentName, specOf(object).clusterDeploymentName)) return undefined;
  const { debugInfo } = (old['status'] ?? {}) as { readonly debugInfo?: { readonly state?: string } };
  if (!INSTALLING.includes(debugInfo?.state ?? '')) return undefined;
  return { code: 400, message: 'Attempted to change Spec.ClusterDeploymentName which is immutable during Agent installation.' };
}

interface AnySpec extends AciSpec {
  readonly external?: unknown;
  readonly clusterRef?: unknown;
  readonly osImageVersion?: string;
  readonly clusterDeploymentName?: unknown;
}

function specOf(object: KubeObject): AnySpec {
  return object['spec'] ?? {};
}
