import type { RootDeviceHints } from '../../../lab/plan.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { keyOf, type Controller, type ObjectKey } from '../controller.ts';
import type { ObjectCache } from '../object-cache.ts';
import type { AssistedDeps } from './assisted-deps.ts';
import { hardwareDetails, hintedDisk } from './bmh-hardware.ts';
import { AGENT, BACKUP_LABEL, BARE_METAL_HOST, BMH_LABEL, FINALIZERS, INFRA_ENV, INFRA_ENV_LABEL } from './kinds.ts';
import { hasRebooted } from './service/stages.ts';
import type { HostRecord } from './service/records.ts';
import { at, equal, mergePatch, removeFinalizer } from './write-objects.ts';

/** Value of the annotations that the service sets on a BareMetalHost. */
const OWNER = 'assisted-service-controller';
const DETACHED = 'baremetalhost.metal3.io/detached';
const PAUSED = 'baremetalhost.metal3.io/paused';
const STATUS = 'baremetalhost.metal3.io/status';
const HARDWARE_DETAILS = 'inspect.metal3.io/hardwaredetails';
/** No host boots an image that is younger: its network configuration may still be missing from it. */
const COOL_DOWN_MS = 60_000;

interface BmhSpec {
  readonly bootMACAddress?: string;
  readonly online?: boolean;
  readonly automatedCleaningMode?: string;
  readonly image?: { readonly url?: string; readonly format?: string };
  readonly rootDeviceHints?: RootDeviceHints;
}

interface BmhStatus {
  readonly provisioning?: { readonly state?: string };
  readonly operationalStatus?: string;
  readonly hardware?: unknown;
}

/** The bare-metal agent controller: gives a BareMetalHost the discovery image, and its wishes to the Agent that comes of it. */
export function bmacController(deps: AssistedDeps, cache: ObjectCache): Controller {
  const { kube, clock, service } = deps;
  const hostsOf = (infraEnv: KubeObject): readonly ObjectKey[] =>
    cache
      .list({ ...BARE_METAL_HOST, ...(infraEnv.metadata.namespace === undefined ? {} : { namespace: infraEnv.metadata.namespace }) })
      .filter((bmh) => bmh.metadata.labels?.[INFRA_ENV_LABEL] === infraEnv.metadata.name)
      .map(keyOf);
  return {
    name: 'assisted/bmac',
    watches: [
      { kind: BARE_METAL_HOST },
      { kind: INFRA_ENV, keysOf: hostsOf },
      {
        kind: AGENT,
        keysOf: (agent) =>
          cache
            .list({ ...BARE_METAL_HOST, ...(agent.metadata.namespace === undefined ? {} : { namespace: agent.metadata.namespace }) })
            .filter((bmh) => isOf(agent, bmh))
            .map(keyOf),
      },
    ],
    async reconcile(key, signal) {
      const found = await kube.get(at(BARE_METAL_HOST, key.namespace, key.name), signal);
      if (found?.metadata.labels?.[INFRA_ENV_LABEL] === undefined) return;
      if (found.metadata.deletionTimestamp !== undefined) return release(found, signal);
      const bmh = await adopt(found, signal);
      const agent = cache
        .list({ ...AGENT, ...(key.namespace === undefined ? {} : { namespace: key.namespace }) })
        .find((one) => one.metadata.deletionTimestamp === undefined && isOf(one, bmh));
      const host = agent && service.hosts.get(agent.metadata.name);
      if (!agent || !host) return boot(bmh, signal);
      await configureAgent(agent, bmh, host, signal);
      await reportHost(bmh, host, signal);
    },
  };

  function isOf(agent: KubeObject, bmh: KubeObject): boolean {
    const mac = specOf(bmh).bootMACAddress?.toLowerCase();
    const host = service.hosts.get(agent.metadata.name);
    return mac !== undefined && host?.inventory?.interfaces.some(({ mac_address }) => mac_address.toLowerCase() === mac) === true;
  }

  async function adopt(bmh: KubeObject, signal: AbortSignal): Promise<KubeObject> {
    const finalizers = bmh.metadata.finalizers ?? [];
    if (finalizers.includes(FINALIZERS.bareMetalHost)) return bmh;
    const { resourceVersion } = bmh.metadata;
    return mergePatch(
      kube,
      bmh,
      { metadata: { resourceVersion, finalizers: [...finalizers, FINALIZERS.bareMetalHost], labels: { [BACKUP_LABEL]: 'true' } } },
      signal,
    );
  }

  async function release(bmh: KubeObject, signal: AbortSignal): Promise<void> {
    await removeFinalizer(kube, bmh, FINALIZERS.bareMetalHost, signal);
    const annotations = bmh.metadata.annotations ?? {};
    if (annotations[PAUSED] !== OWNER) return;
    const now = await kube.get(at(BARE_METAL_HOST, bmh.metadata.namespace, bmh.metadata.name), signal);
    if (now) await mergePatch(kube, now, { metadata: { annotations: { [PAUSED]: null, [STATUS]: null } } }, signal);
  }

  /** Sets the image of its InfraEnv on a host that waits for one. */
  async function boot(bmh: KubeObject, signal: AbortSignal): Promise<{ readonly afterMs: number } | void> {
    const spec = specOf(bmh);
    const { provisioning } = statusOf(bmh);
    if (bmh.metadata.annotations?.[DETACHED] !== undefined || provisioning?.state !== 'available') return;
    const infraEnv = await kube.get(at(INFRA_ENV, bmh.metadata.namespace, bmh.metadata.labels?.[INFRA_ENV_LABEL] ?? ''), signal);
    const { isoDownloadURL = '', createdTime = '' } = (infraEnv?.['status'] ?? {}) as { isoDownloadURL?: string; createdTime?: string };
    if (isoDownloadURL === '') return;
    const coolMs = Date.parse(createdTime) + COOL_DOWN_MS - clock.now();
    if (coolMs > 0) return { afterMs: coolMs };
    const wanted = { image: { url: isoDownloadURL, format: 'live-iso' }, online: true, automatedCleaningMode: 'disabled' };
    const { image, online, automatedCleaningMode } = spec;
    if (!equal({ image, online, automatedCleaningMode }, wanted)) await mergePatch(kube, bmh, { spec: wanted }, signal);
  }

  async function configureAgent(agent: KubeObject, bmh: KubeObject, host: HostRecord, signal: AbortSignal): Promise<void> {
    const annotations = bmh.metadata.annotations ?? {};
    const bmac = (name: string): string | undefined => annotations[`bmac.agent-install.openshift.io/${name}`];
    const disk = host.inventory && hintedDisk(host.inventory, specOf(bmh).rootDeviceHints);
    const wanted = {
      approved: true,
      ...optional('role', bmac('role')),
      ...optional('hostname', bmac('hostname')),
      ...optional('machineConfigPool', bmac('machine-config-pool')),
      ...optional('installerArgs', bmac('installer-args')),
      ...optional('ignitionConfigOverrides', bmac('ignition-config-overrides')),
      ...optional('installation_disk_id', disk),
      ...nodeLabels(annotations),
    };
    const spec = (agent['spec'] ?? {}) as Readonly<Record<string, unknown>>;
    const changes = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => !equal(spec[key], value)));
    const labelled = agent.metadata.labels?.[BMH_LABEL] === bmh.metadata.name;
    if (labelled && Object.keys(changes).length === 0) return;
    await mergePatch(kube, agent, { ...(labelled ? {} : { metadata: { labels: { [BMH_LABEL]: bmh.metadata.name } } }), spec: changes }, signal);
  }

  /** Hardware as its agent saw it; detached once it boots its own disk: from then on nobody must reboot it. */
  async function reportHost(bmh: KubeObject, host: HostRecord, signal: AbortSignal): Promise<void> {
    const annotations = bmh.metadata.annotations ?? {};
    const status = statusOf(bmh);
    const added: Record<string, string> = {};
    if (host.inventory && host.progress === undefined && status.hardware === undefined && annotations[HARDWARE_DETAILS] === undefined) {
      added[HARDWARE_DETAILS] = JSON.stringify(hardwareDetails(host.inventory, host.requestedHostname));
    }
    if (!host.day2 && hasRebooted(host.progress?.stage) && annotations[DETACHED] === undefined) added[DETACHED] = OWNER;
    if (status.operationalStatus === 'detached' && annotations[DETACHED] === OWNER && annotations[PAUSED] === undefined) {
      added[PAUSED] = OWNER;
      added[STATUS] = JSON.stringify(bmh['status']);
    }
    if (Object.keys(added).length > 0) await mergePatch(kube, bmh, { metadata: { annotations: added } }, signal);
  }
}

function optional(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [key]: value };
}

const NODE_LABEL = 'bmac.agent-install.openshift.io.node-label.';

function nodeLabels(annotations: Readonly<Record<string, string>>): { readonly nodeLabels?: Readonly<Record<string, string>> } {
  const labels = Object.entries(annotations)
    .filter(([key]) => key.startsWith(NODE_LABEL))
    .map(([key, value]): [string, string] => [key.slice(NODE_LABEL.length), value]);
  return labels.length === 0 ? {} : { nodeLabels: Object.fromEntries(labels) };
}

function specOf(bmh: KubeObject): BmhSpec {
  return bmh['spec'] ?? {};
}

function statusOf(bmh: KubeObject): BmhStatus {
  return bmh['status'] ?? {};
}
