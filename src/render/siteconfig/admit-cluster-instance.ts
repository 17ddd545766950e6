import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../kube/objects.ts';
import { forbiddenChange, type StoredSpec } from './allowed-changes.ts';
import { CLUSTER_INSTANCE, clusterInstanceSpec, type ClusterInstanceSpec } from './cluster-instance.ts';
import { instanceStatus } from './instance-status.ts';
import { instanceMistake } from './validate-instance.ts';

const WEBHOOK = 'clusterinstances.siteconfig.open-cluster-management.io';
const MAX_GENERATION_LENGTH = 153;
const GENERATION = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

export interface InstanceAdmission {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly resource: { readonly kind: string };
  readonly subresource?: string;
}

/** The operator's validating webhook (reference/ztp.md §3.2). @returns the refusal, undefined to let the write pass. */
export function admitClusterInstance(
  request: InstanceAdmission,
): { readonly webhook: string; readonly message: string; readonly code: number; readonly reason: string } | undefined {
  if (request.resource.kind !== CLUSTER_INSTANCE.kind || (request.subresource ?? '') !== '' || request.operation === 'DELETE') return undefined;
  const object = request.object as KubeObject;
  const message = request.operation === 'CREATE' ? creationRefusal(clusterInstanceSpec(object)) : updateRefusal(request.oldObject as KubeObject, object);
  return message === undefined ? undefined : { webhook: WEBHOOK, message, code: 403, reason: 'Forbidden' };
}

function creationRefusal(spec: ClusterInstanceSpec): string | undefined {
  if (spec.reinstall !== undefined) return 'reinstall spec cannot be set during initial installation';
  return generalRefusal(spec);
}

function generalRefusal(spec: ClusterInstanceSpec): string | undefined {
  const mistake = instanceMistake(spec);
  return mistake === undefined ? undefined : `validation failed: ${mistake}`;
}

function updateRefusal(oldObject: KubeObject, object: KubeObject): string | undefined {
  if (object.metadata.deletionTimestamp !== undefined || isDeepStrictEqual(oldObject['spec'], object['spec'])) return undefined;
  const [before, after] = [clusterInstanceSpec(oldObject), clusterInstanceSpec(object)];
  const { conditions, reinstall } = instanceStatus(oldObject);
  if (!before.holdInstallation && after.holdInstallation) return 'holdInstallation can only be set to true during creation, not during updates';
  const provisioned = conditions?.find(({ type }) => type === 'Provisioned')?.status === 'True';
  if (before.holdInstallation && !provisioned) return generalRefusal(after);
  const reinstalling = reinstall?.requestStartTime !== undefined && reinstall.requestEndTime === undefined;
  if (!provisioned || reinstalling) return 'spec update not allowed during provisioning or cluster reinstalls';
  const requested = after.reinstall !== undefined && after.reinstall.generation !== reinstall?.observedGeneration;
  const generation = requested ? generationMistake(after.reinstall!.generation, reinstall?.history ?? []) : undefined;
  if (generation !== undefined) return `invalid reinstall fields: invalid reinstall generation: ${generation}`;
  const forbidden = forbiddenChange(oldObject['spec'] as StoredSpec, object['spec'] as StoredSpec, requested);
  return forbidden === undefined ? generalRefusal(after) : `invalid spec changes detected: ${forbidden}`;
}

function generationMistake(generation: string, history: readonly { readonly generation: string }[]): string | undefined {
  if (generation === '') return 'generation name cannot be empty';
  if (!new RegExp(GENERATION).test(generation)) return `generation name "${generation}" is invalid: must match regex "${GENERATION}"`;
  if (generation.length > MAX_GENERATION_LENGTH) return `generation name "${generation}" is too long: at most ${MAX_GENERATION_LENGTH} characters`;
  return history.some((one) => one.generation === generation) ? `generation name "${generation}" was used before` : undefined;
}
