import type { KubeClient } from '../../../kube/kube-client.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { SpecError } from './aci-conditions.ts';
import { aciSpec, deploymentSpec, isUserManaged, OVERRIDES_ANNOTATION } from './aci-objects.ts';
import type { Releases } from './assisted-deps.ts';
import { overridesProblem } from './check-extras.ts';
import { BACKUP_LABEL, CLUSTER_IMAGE_SET, SECRET, WATCH_LABEL } from './kinds.ts';
import { holds } from './service/networks.ts';
import type { ClusterSpec } from './service/records.ts';
import { addLabels, at } from './write-objects.ts';

type Result<T> = { readonly value: T } | { readonly error: SpecError };

/** What the user wants of a cluster, from AgentClusterInstall, ClusterDeployment, ClusterImageSet and pull secret, or what keeps the service from taking it. */
export async function readClusterSpec(
  deps: { readonly kube: KubeClient; readonly releases: Releases },
  cd: KubeObject,
  aci: KubeObject,
  signal: AbortSignal,
): Promise<Result<ClusterSpec>> {
  const pullSecret = await checkPullSecret(deps.kube, cd, signal);
  if (pullSecret) return { error: pullSecret };
  const release = await readRelease(deps, aci, signal);
  if ('error' in release) return release;
  const spec = clusterSpecOf(cd, aci, release.value);
  const wrong = checkVips(spec);
  return wrong === undefined ? { value: spec } : { error: { kind: 'input', message: wrong } };
}

function clusterSpecOf(cd: KubeObject, aci: KubeObject, release: { readonly version: string; readonly image: string }): ClusterSpec {
  const { clusterName, baseDomain } = deploymentSpec(cd);
  const spec = aciSpec(aci);
  return {
    name: clusterName ?? cd.metadata.name,
    baseDomain: baseDomain ?? '',
    openshiftVersion: release.version,
    releaseImage: release.image,
    controlPlanes: spec.provisionRequirements?.controlPlaneAgents ?? 0,
    workers: spec.provisionRequirements?.workerAgents ?? 0,
    apiVips: spec.apiVIPs ?? (spec.apiVIP ? [spec.apiVIP] : []),
    ingressVips: spec.ingressVIPs ?? (spec.ingressVIP ? [spec.ingressVIP] : []),
    machineNetworks: (spec.networking?.machineNetwork ?? []).map(({ cidr }) => cidr),
    clusterNetworks: (spec.networking?.clusterNetwork ?? []).map(({ cidr, hostPrefix = 23 }) => ({ cidr, hostPrefix })),
    serviceNetworks: spec.networking?.serviceNetwork ?? [],
    networkType: spec.networking?.networkType,
    userManagedNetworking: isUserManaged(spec),
    installConfigOverrides: overridesProblem(aci) === undefined ? aci.metadata.annotations?.[OVERRIDES_ANNOTATION] : undefined,
  };
}

/** Its messages show the secret's content: so does the real service's (reference/ztp.md §2.10a.1). */
async function checkPullSecret(kube: KubeClient, cd: KubeObject, signal: AbortSignal): Promise<SpecError | undefined> {
  const { namespace } = cd.metadata;
  const name = deploymentSpec(cd).pullSecretRef?.name;
  const failed = (why: string): SpecError => ({
    kind: 'backend',
    message: `failed to validate pull secret for ClusterDeployment ${cd.metadata.name}/${namespace}: ${why}`,
  });
  if (name === undefined) return failed('missing reference to pull secret');
  const secret = await kube.get(at(SECRET, namespace, name), signal);
  if (!secret) return failed(`failed to find secret ${name}: Secret "${name}" not found`);
  await addLabels(kube, secret, { [BACKUP_LABEL]: 'true', [WATCH_LABEL]: 'true' }, signal);
  const encoded = (secret['data'] as Readonly<Record<string, string>> | undefined)?.['.dockerconfigjson'];
  if (encoded === undefined) return failed(`secret ${name} did not contain key .dockerconfigjson`);
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const problem = pullSecretProblem(text);
  return problem === undefined ? undefined : failed(`invalid pull secret data in secret ${name} ${text}: ${problem}`);
}

function pullSecretProblem(text: string): string | undefined {
  let auths: unknown;
  try {
    auths = (JSON.parse(text) as { auths?: unknown }).auths;
  } catch {
    return 'pull secret must be a well-formed JSON';
  }
  return typeof auths === 'object' && auths !== null && Object.keys(auths).length > 0 ? undefined : "pull secret must contain 'auths' JSON-object field";
}

async function readRelease(
  { kube, releases }: { readonly kube: KubeClient; readonly releases: Releases },
  aci: KubeObject,
  signal: AbortSignal,
): Promise<Result<{ readonly version: string; readonly image: string }>> {
  const name = aciSpec(aci).imageSetRef?.name ?? '';
  const set = await kube.get(at(CLUSTER_IMAGE_SET, undefined, name), signal);
  if (!set) return { error: { kind: 'backend', message: `ClusterImageSet ${name} not found. Please ensure the ClusterImageSet exists` } };
  const image = (set['spec'] as { releaseImage?: string } | undefined)?.releaseImage ?? '';
  const inspected = releases.versionOf(image);
  if ('error' in inspected) {
    const command = `oc adm release info -o template --template '{{.metadata.version}}' --insecure=false  ${image} --registry-config=/tmp/registry-config`;
    const why = `command '${command}' exited with non-zero exit code 1: \n${inspected.error}\n`;
    const message = `failed to get release image '${image}'. Please ensure the releaseImage field in ClusterImageSet '${name}' is valid,  (error: ${why}).`;
    return { error: { kind: 'backend', message } };
  }
  const { version } = inspected;
  const [major, minor] = version.split('.');
  if (releases.osImages && !releases.osImages.includes(`${major}.${minor}`)) {
    return { error: { kind: 'input', message: `No OS images are available for version ${version} and architecture x86_64` } };
  }
  return { value: { version, image } };
}

/** What the service refuses at once; the rest is for its validations, once hosts are there. */
function checkVips(spec: ClusterSpec): string | undefined {
  if (spec.userManagedNetworking) return undefined;
  const one = (text: string): string => `1 error occurred:\n\t* ${text}\n\n`;
  const twice = spec.apiVips.find((vip) => spec.ingressVips.includes(vip));
  if (twice !== undefined) return one(`The IP address "${twice}" appears both in apiVIPs and ingressVIPs`);
  if (spec.machineNetworks.length === 0) return undefined;
  for (const [kind, vips] of [
    ['api-vip', spec.apiVips],
    ['ingress-vip', spec.ingressVips],
  ] as const) {
    const outside = vips.find((vip) => !spec.machineNetworks.some((network) => holds(network, vip)));
    if (outside !== undefined) return one(`${kind} <${outside}> does not belong to machine-network-cidr <${spec.machineNetworks.join(', ')}>`);
  }
  return undefined;
}
