import { createHash } from 'node:crypto';
import type { KubeObject } from '../../../kube/objects.ts';
import { isLabwrightError, messageOf } from '../../../util/errors.ts';
import { uuidV5, LABWRIGHT_NAMESPACE } from '../../../util/ids.ts';
import { keyOf } from '../controller.ts';
import { dropFinalizer } from '../drop-finalizer.ts';
import { BARE_METAL_HOST, hostOf, type Host, type HostStatus } from './host.ts';
import { writeStatusAsIs } from './write-status.ts';
import { bmcCredentials, bmcOf, entering, save, stillRunning, type HostDeps, type Turn } from './host-deps.ts';

const SECRET_FINALIZER = 'baremetalhost.metal3.io/secret';
/** OpenSSL's word for a certificate it does not trust. */
export const UNTRUSTED = 'CERTIFICATE_VERIFY_FAILED';
const MISSING_SECRET_RETRY_MS = 10_000;

/** Registering: claim the Secret, make the node known, log in to its BMC (recorded/metal3; reference/ztp.md §7.2). */
export async function registerHost(deps: HostDeps, host: Host): Promise<Turn> {
  const status = host.status!;
  const credentials = bmcCredentials(deps, host);
  if (!credentials) return missingSecret(deps, host);
  await claimSecret(deps, host);
  await claimSecret(deps, host);
  const attempt = fingerprint(credentials, host);
  const tried = { credentials: { name: host.spec.bmc!.credentialsName, namespace: host.namespace }, credentialsVersion: credentials.version };
  const id = status.provisioning.ID || uuidV5(LABWRIGHT_NAMESPACE, `node/${host.uid}`);
  if (deps.attempts.get(host.uid) !== attempt) {
    const creating = stillRunning(deps, host, `create-node/${attempt}`, 5_000, 10_000);
    if (creating) return creating;
    const twin = sameMac(deps, host);
    if (twin)
      return failed(
        deps,
        host,
        `MAC address ${host.spec.bootMACAddress} conflicts with existing node ${twin.namespace}~${twin.name}`,
        `create-node/${attempt}`,
      );
    const provisioning = { ...status.provisioning, ID: id };
    host = await save(deps, host, { operationalStatus: 'OK', errorType: undefined, errorMessage: '', triedCredentials: tried, provisioning });
    deps.attempts.set(host.uid, attempt);
  }
  const verifying = stillRunning(deps, host, `login/${attempt}`, 5_000, 20_000);
  if (verifying) return verifying;
  const why = await loginError(deps, host, id);
  if (why !== undefined) return failed(deps, host, why, `login/${attempt}`);

  const hints = host.spec.rootDeviceHints ?? { deviceName: '/dev/sda' };
  host = await save(deps, host, {
    operationalStatus: 'OK',
    errorType: undefined,
    errorMessage: '',
    hardwareProfile: 'unknown',
    provisioning: { ...host.status!.provisioning, ID: id, rootDeviceHints: hints },
  });
  await firmwareObjects(deps, host);
  const next = host.spec.externallyProvisioned === true ? 'externally provisioned' : skipsInspection(host) ? 'preparing' : 'inspecting';
  await save(deps, host, entering(deps, host, next, { errorCount: 0, goodCredentials: tried }));
}

/** Other credentials or another address are another attempt, whatever else changed in Secret and host. */
function fingerprint(credentials: { readonly username: string; readonly password: string }, host: Host): string {
  const text = JSON.stringify([credentials.username, credentials.password, host.spec.bmc?.address]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function skipsInspection(host: Host): boolean {
  return host.annotations['inspect.metal3.io'] === 'disabled' || host.spec.inspectionMode === 'disabled';
}

async function missingSecret(deps: HostDeps, host: Host): Promise<Turn> {
  const pauseMs = deps.timers.remainingMs(host.uid, 'secret', () => 0);
  if (pauseMs > 0) return { afterMs: pauseMs };
  const name = `${host.namespace}/${host.spec.bmc?.credentialsName}`;
  const status: HostStatus = {
    ...host.status!,
    operationalStatus: 'error',
    errorType: 'registration error',
    errorMessage: `BMC CredentialsName secret doesn't exist The BMC secret ${name} does not exist`,
    errorCount: host.status!.errorCount + 1,
  };
  await writeStatusAsIs(deps.kube, host, status, deps.hub.clock.now());
  deps.timers.forget(host.uid, 'secret');
  return { afterMs: deps.timers.remainingMs(host.uid, 'secret', () => MISSING_SECRET_RETRY_MS) };
}

/** The stage is tried again after a growing pause; other credentials or another address are tried at once. */
async function failed(deps: HostDeps, host: Host, message: string, stage: string): Promise<Turn> {
  const errorCount = host.status!.errorCount + 1;
  await save(deps, host, { operationalStatus: 'error', errorType: 'registration error', errorMessage: message, errorCount });
  deps.timers.forget(host.uid, stage);
  const pauseMs = Math.min(10_000 * 2 ** errorCount, 10 * 60_000);
  return { afterMs: deps.timers.remainingMs(host.uid, stage, () => pauseMs) };
}

async function loginError(deps: HostDeps, host: Host, node: string): Promise<string | undefined> {
  const address = (host.spec.bmc?.address ?? '').replace(/^[a-z0-9-]+\+/, '');
  try {
    await bmcOf(deps, host)?.power();
    return undefined;
  } catch (error) {
    const start = `Failed to get power state for node ${node}. Error: `;
    if (isLabwrightError(error) && error.code === 'unreachable') {
      const url = URL.parse(address);
      const endpoint = `host='${url?.hostname}', port=${url?.port || 443}`;
      const cause = error.message.includes(UNTRUSTED)
        ? `SSLError(SSLCertVerificationError(1, '[SSL: ${UNTRUSTED}] certificate verify failed: self-signed certificate (_ssl.c:1006)'))`
        : `NewConnectionError("HTTPSConnection(${endpoint}): Failed to establish a new connection: [Errno 111] Connection refused")`;
      return `${start}Redfish connection failed for node ${node}: Unable to connect to ${url?.origin}/redfish/v1/. Error: HTTPSConnectionPool(${endpoint}): Max retries exceeded with url: /redfish/v1/ (Caused by ${cause})`;
    }
    const extended = `Extended information: [{'@odata.type': '/redfish/v1/$metadata#Message.1.0.0.Message', 'MessageId': 'Base.1.0.GeneralError'}]`;
    const refused = isLabwrightError(error) && error.code === 'unauthorized';
    if (refused)
      return `${start}Redfish exception occurred. Error: HTTP GET ${address} returned code 401. Base.1.0.GeneralError: Incorrect username or password ${extended}`;
    return `${start}Redfish exception occurred. Error: ${messageOf(error)}`;
  }
}

function sameMac(deps: HostDeps, host: Host): Host | undefined {
  const mac = host.spec.bootMACAddress?.toLowerCase();
  const others = deps.cache.list(BARE_METAL_HOST).map(hostOf);
  return others.find(
    (other) => other.uid !== host.uid && mac !== undefined && other.spec.bootMACAddress?.toLowerCase() === mac && other.status?.provisioning.ID,
  );
}

async function claimSecret(deps: HostDeps, host: Host): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace: host.namespace, name: host.spec.bmc!.credentialsName };
  const cached = deps.cache.get(ref);
  if (cached && claimed(cached, host)) return;
  const secret = await deps.kube.get(ref);
  if (!secret || claimed(secret, host) || secret.metadata.deletionTimestamp !== undefined) return;
  const { metadata } = secret;
  const owner = { apiVersion: BARE_METAL_HOST.apiVersion, kind: BARE_METAL_HOST.kind, name: host.name, uid: host.uid };
  await deps.kube.update({
    ...secret,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, 'environment.metal3.io': 'baremetal' },
      ownerReferences: [...(metadata.ownerReferences ?? []), owner],
      finalizers: [...new Set([...(metadata.finalizers ?? []), SECRET_FINALIZER])],
    },
  });
}

function claimed(secret: KubeObject, host: Host): boolean {
  return secret.metadata.ownerReferences?.some(({ uid }) => uid === host.uid) === true && secret.metadata.finalizers?.includes(SECRET_FINALIZER) === true;
}

/** Lets the host's Secret go; another host that uses it claims it again. */
export async function releaseSecret(deps: HostDeps, host: Host): Promise<void> {
  const secret = await deps.kube.get({ apiVersion: 'v1', kind: 'Secret', namespace: host.namespace, name: host.spec.bmc?.credentialsName ?? '' });
  if (secret) await dropFinalizer(deps.kube, secret, SECRET_FINALIZER, undefined);
}

/** HostFirmwareSettings and HostFirmwareComponents of the host's name, empty as the simulated BMCs have nothing to set. */
async function firmwareObjects(deps: HostDeps, host: Host): Promise<void> {
  const owner = { apiVersion: BARE_METAL_HOST.apiVersion, kind: BARE_METAL_HOST.kind, name: host.name, uid: host.uid };
  for (const [kind, spec] of [
    ['HostFirmwareSettings', { settings: {} }],
    ['HostFirmwareComponents', { updates: [] }],
  ] as const) {
    const ref = { apiVersion: BARE_METAL_HOST.apiVersion, kind, ...keyOf(host.object), namespace: host.namespace };
    if (await deps.kube.get(ref)) continue;
    await deps.kube.create({
      apiVersion: ref.apiVersion,
      kind,
      metadata: { name: host.name, namespace: host.namespace, ownerReferences: [owner] },
      spec,
    });
  }
}

export const INITIAL_STATUS = (bootMode: string, now: string): HostStatus => ({
  operationalStatus: '',
  errorMessage: '',
  errorCount: 0,
  poweredOn: false,
  provisioning: { ID: '', state: 'registering', bootMode, image: { url: '' } },
  provisioningFailCount: 0,
  goodCredentials: {},
  triedCredentials: {},
  operationHistory: {
    register: { start: now, end: null },
    inspect: { start: null, end: null },
    provision: { start: null, end: null },
    deprovision: { start: null, end: null },
  },
  lastUpdated: now,
});
