import type { ClusterInstanceSpec } from './cluster-instance.ts';

/**
 * What the operator's webhook checks of a ClusterInstance by itself (reference/ztp.md §3.2a; recorded/siteconfig/refused-at-creation).
 *
 * It is lenient on purpose where the real one is: no VIPs, no networks, no minimum of masters.
 * @returns why it is refused, in the operator's words.
 */
export function instanceMistake(spec: ClusterInstanceSpec): string | undefined {
  const mistake = missingTemplates(spec) ?? badJson(spec);
  if (mistake !== undefined) return mistake;
  const agents = agentMistake(spec);
  return agents === undefined ? undefined : `control-plane agent validation failed: ${agents}`;
}

function missingTemplates(spec: ClusterInstanceSpec): string | undefined {
  if (spec.templateRefs.length === 0) return 'missing cluster-level template reference';
  const node = spec.nodes.find(({ templateRefs }) => templateRefs.length === 0);
  return node && `missing node-level template reference for node "${node.hostName}"`;
}

function badJson(spec: ClusterInstanceSpec): string | undefined {
  const texts: [string, string, string][] = [
    ['installConfigOverrides', spec.installConfigOverrides, ''],
    ['cluster-level ignitionConfigOverride', spec.ignitionConfigOverride, ''],
  ];
  for (const node of spec.nodes) {
    const where = ` [Node: Hostname=${node.hostName}]`;
    texts.push(['installerArgs', node.installerArgs, where], ['node-level ignitionConfigOverride', node.ignitionConfigOverride, where]);
  }
  const wrong = texts.find(([, text]) => text !== '' && !isJson(text));
  return wrong && `invalid JSON field(s): ${wrong[0]} is not a valid JSON-formatted string${wrong[2]}`;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function agentMistake({ clusterType, nodes }: ClusterInstanceSpec): string | undefined {
  const count = (role: string): number => nodes.filter((node) => node.role === role).length;
  const [masters, arbiters] = [count('master'), count('arbiter')];
  if (clusterType === 'HostedControlPlane') return masters > 0 ? 'hosted control plane clusters must not have control-plane agents' : undefined;
  if (clusterType === 'HighlyAvailableArbiter') {
    if (arbiters >= 1 && masters >= 2) return undefined;
    return 'highly available arbiter cluster-type must have at least 1 arbiter agent and 2 control-plane agents';
  }
  if (masters < 1) return 'at least 1 control-plane agent is required';
  if (arbiters > 0) return 'arbiter agents can only be used with HighlyAvailableArbiter cluster-type';
  if (clusterType === 'SNO' && masters !== 1) return 'single node OpenShift cluster-type must have exactly 1 control-plane agent';
  return undefined;
}
