import { parseDocument } from 'yaml';
import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { SpecError } from './aci-conditions.ts';
import { aciSpec, OVERRIDES_ANNOTATION } from './aci-objects.ts';
import { messageOf } from '../../../util/errors.ts';
import { BACKUP_LABEL, CONFIG_MAP, WATCH_LABEL } from './kinds.ts';
import { addLabels, at } from './write-objects.ts';

/** What goes into the installation beside the cluster's own spec: looked at once the service has a record of the cluster. */
export async function checkExtras(kube: KubeClient, aci: KubeObject, clusterId: string, signal: AbortSignal): Promise<SpecError | undefined> {
  return overridesProblem(aci) ?? (await checkManifests(kube, aci, clusterId, signal));
}

/** What is wrong with the install-config overrides of an AgentClusterInstall. */
export function overridesProblem(aci: KubeObject): SpecError | undefined {
  const text = aci.metadata.annotations?.[OVERRIDES_ANNOTATION];
  if (text === undefined || text === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return { kind: 'input', message: `Failed to parse '${OVERRIDES_ANNOTATION}' annotation: ${goJsonError(text, error)}` };
  }
}

/** In the words of Go's encoding/json, as far as one can tell from ours: text that ends early, or a character out of place. */
function goJsonError(text: string, error: unknown): string {
  const at = Number(/at position (\d+)/.exec(messageOf(error))?.[1] ?? text.length);
  const token = /Unexpected token '(.)'/.exec(messageOf(error))?.[1];
  if (token === undefined && at >= text.length) return 'unexpected EOF';
  return `invalid character '${token ?? text[at]}' looking for beginning of value`;
}

async function checkManifests(kube: KubeClient, aci: KubeObject, clusterId: string, signal: AbortSignal): Promise<SpecError | undefined> {
  const spec = aciSpec(aci);
  const names = [...(spec.manifestsConfigMapRefs ?? []), ...(spec.manifestsConfigMapRef ? [spec.manifestsConfigMapRef] : [])].map(({ name }) => name);
  for (const name of names) {
    const map = await kube.get(at(CONFIG_MAP, aci.metadata.namespace, name), signal);
    if (!map) return { kind: 'backend', message: `ConfigMap "${name}" not found`, retryMs: 60_000 };
    await addLabels(kube, map, { [BACKUP_LABEL]: 'true', [WATCH_LABEL]: 'true' }, signal);
    for (const [file, text] of Object.entries((map['data'] ?? {}) as Readonly<Record<string, string>>)) {
      const problem = yamlProblem(text);
      if (problem !== undefined) {
        return { kind: 'input', message: `Manifest content of file openshift/${file} for cluster ID ${clusterId} has an invalid YAML format: ${problem}` };
      }
    }
  }
  return undefined;
}

/** In the words of Go's yaml for what people get wrong most often: a second colon in a line. */
function yamlProblem(text: string): string | undefined {
  const error = parseDocument(text).errors.at(-1);
  if (!error) return undefined;
  const line = error.linePos?.[0].line ?? 1;
  const words = /[Nn]ested mappings|[Cc]ompact mappings|[Ii]mplicit/.test(error.message)
    ? 'mapping values are not allowed in this context'
    : (error.message.split('\n')[0] ?? '').replace(/ at line .*$/, '');
  return `yaml: line ${line}: ${words}`;
}
