import type { ClusterInstanceSpec } from './cluster-instance.ts';
import { isJson } from './validate-instance.ts';
import { isRecord } from '../../util/is-record.ts';

/**
 * The value of the annotation `install-config-overrides`: the user's JSON with network type and CPU partitioning put in.
 *
 * Text that names no networking is not parsed but glued behind ours, as the operator does (reference/ztp.md §3.5.3);
 * otherwise, and with CPU partitioning, it is written again with sorted keys.
 * @throws Error with the operator's words.
 */
export function installConfigOverrides(spec: Pick<ClusterInstanceSpec, 'networkType' | 'installConfigOverrides' | 'cpuPartitioningMode'>): string {
  const networkType = JSON.stringify(spec.networkType);
  const ours = `{"networking":{"networkType":${networkType}}}`;
  let text = spec.installConfigOverrides;
  if (spec.cpuPartitioningMode === 'AllNodes') text = goJson({ ...members(text), cpuPartitioningMode: 'AllNodes' });
  if (text === '') return ours;
  const given = members(text);
  if ('networking' in given) return goJson({ ...given, networking: { ...(given['networking'] as object), networkType: spec.networkType } });
  const glued = `${ours.slice(0, -1)},${text.slice(1)}`;
  if (!isJson(glued)) throw new Error('failed to marshal annotation for installConfigOverrides, error: %!w(<nil>)');
  return glued;
}

function members(text: string): Record<string, unknown> {
  if (text === '') return {};
  const value: unknown = JSON.parse(text);
  if (isRecord(value)) return value;
  throw new Error(`json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type map[string]interface {}`);
}

/** JSON as Go's encoding/json writes it: keys sorted, `<`, `>` and `&` escaped. */
function goJson(value: unknown): string {
  const sorted = JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
  return sorted.replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}
