import type { ClusterInstanceSpec } from '../siteconfig/cluster-instance.ts';
import { ASSISTED_RULES } from './assisted-rules.ts';
import { DOCUMENTED_RULES } from './documented-rules.ts';
import type { Finding } from './finding.ts';

/**
 * What assisted-service and the documentation have against a ClusterInstance that its operator takes.
 *
 * The operator checks neither VIPs nor networks nor counts; without this they are refused when the hosts have registered,
 * some twenty minutes later (reference/ztp.md §3.2).
 */
export function checkInstance(spec: ClusterInstanceSpec): readonly Finding[] {
  return [...ASSISTED_RULES, ...DOCUMENTED_RULES].flatMap((rule) => rule(spec));
}
