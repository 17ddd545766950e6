import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient } from '../../../src/kube/create-kube-client.ts';
import { realSleep, systemClock } from '../../../src/util/clock.ts';
import { directDial } from '../../../src/util/dial.ts';
import { LabwrightError } from '../../../src/util/errors.ts';
import { listenOnLoopback } from '../../../src/util/listen-on-loopback.ts';
import type { RealApiServerPrograms } from './ensure-real-api-server.ts';
import { startDaemon } from './start-daemon.ts';

export interface Token {
  readonly token: string;
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

/** A kube-apiserver with an etcd of its own. There is no controller-manager: namespaces wait for /finalize, nothing is collected. */
export interface RealApiServer extends AsyncDisposable {
  readonly url: string;
  /** PEM of its self-signed certificate. */
  readonly ca: string;
}

const READY_WITHIN_MS = 120_000;

/**
 * Starts a kube-apiserver with an empty etcd on free ports of loopback and waits until it is ready; it takes 300 MB.
 *
 * Disposing stops both and removes their files; so does the end of this process. After SIGKILL both end too, and only their
 * folder is left. Versions are forgotten after 5 to 10 s, as in the recordings.
 *
 * @throws LabwrightError `exec_failed` with the end of the log when one of them gives up, `timed_out`, or the signal's reason.
 */
export async function startRealApiServer(programs: RealApiServerPrograms, tokens: readonly Token[], signal?: AbortSignal): Promise<RealApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'labwright-real-api-'));
  const stack = new AsyncDisposableStack();
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', removeFolder);
  stack.defer(() => {
    process.off('exit', removeFolder);
    removeFolder();
  });
  try {
    const [clientPort, peerPort, securePort] = await freePorts(3);
    const url = `https://127.0.0.1:${securePort}`;
    writeCredentials(folder, tokens);
    const store = `http://127.0.0.1:${clientPort}`;
    stack.use(startDaemon(programs.etcd, etcdArguments(folder, store, `http://127.0.0.1:${peerPort}`), join(folder, 'etcd.log')));
    const daemon = stack.use(startDaemon(programs.kubeApiServer, apiServerArguments(folder, store, url), join(folder, 'kube-apiserver.log')));
    const admin = tokens.find(({ groups }) => groups.includes('system:masters'));
    await ready(url, admin?.token, daemon, signal);
    const ca = readFileSync(join(folder, 'apiserver.crt'), 'utf8');
    return { url, ca, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function writeCredentials(folder: string, tokens: readonly Token[]): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(join(folder, 'sa.key'), privateKey, { mode: 0o600 });
  writeFileSync(join(folder, 'sa.pub'), publicKey);
  const lines = tokens.map(({ token, user, uid, groups }) => `${token},${user},${uid},"${groups.join(',')}"\n`);
  writeFileSync(join(folder, 'tokens.csv'), lines.join(''), { mode: 0o600 });
}

function etcdArguments(folder: string, client: string, peer: string): string[] {
  return flags({
    'data-dir': join(folder, 'etcd'),
    'unsafe-no-fsync': 'true',
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
  });
}

function apiServerArguments(folder: string, etcd: string, url: string): string[] {
  const { hostname, port } = new URL(url);
  return flags({
    'etcd-servers': etcd,
    'etcd-compaction-interval': '5s',
    'cert-dir': folder,
    'bind-address': hostname,
    'secure-port': port,
    'advertise-address': hostname,
    'endpoint-reconciler-type': 'none',
    'service-account-issuer': url,
    'service-account-key-file': join(folder, 'sa.pub'),
    'service-account-signing-key-file': join(folder, 'sa.key'),
    'token-auth-file': join(folder, 'tokens.csv'),
    'authorization-mode': 'RBAC',
    'disable-admission-plugins': 'ServiceAccount',
    'service-cluster-ip-range': '10.96.0.0/24',
  });
}

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

async function ready(url: string, token: string | undefined, daemon: { readonly failure: () => string | undefined }, signal?: AbortSignal): Promise<void> {
  const kube = createKubeClient({ clock: systemClock, dial: directDial }, { server: url, token, insecureSkipTlsVerify: true });
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await kube.raw('GET', '/readyz', undefined, signal).catch(() => undefined);
    if (answer?.status === 200) return;
    const failure = daemon.failure();
    if (failure !== undefined) throw new LabwrightError('exec_failed', `kube-apiserver ended before it was ready:\n${failure}`);
    if (performance.now() > deadlineMs) throw new LabwrightError('timed_out', `kube-apiserver is not ready after ${READY_WITHIN_MS / 1000} s`);
    await realSleep(200, signal);
  }
}

/** Ports that nobody listens on now; all are held together, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((server) => listenOnLoopback(server)));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
