import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { NO_SERVICES } from '../lab/no-services.ts';
import type { LabPlan } from '../lab/plan.ts';
import { adminKubeconfig } from '../rehearsal/api/access/admin-kubeconfig.ts';
import type { StaticToken } from '../rehearsal/api/access/authenticate.ts';
import { readTokenFile } from '../rehearsal/api/access/read-token-file.ts';
import { serveApi, type ApiServer } from '../rehearsal/api/server.ts';
import { noTraffic } from '../rehearsal/clock/traffic.ts';
import { createWorld } from '../rehearsal/world/create-world.ts';
import { systemClock } from '../util/clock.ts';
import { LabwrightError, messageOf } from '../util/errors.ts';
import { milliseconds, portNumber, positiveNumber } from './options.ts';
import { planLabFile } from './plan-lab-file.ts';

interface ServeOptions {
  readonly port: number;
  readonly kubeconfig: string;
  readonly tokenAuthFile?: string;
  readonly bare?: boolean;
  readonly history?: number;
  readonly speed?: number;
  readonly lab?: string;
  readonly crds?: string;
}

const EXAMPLES = `
Examples:
  labwright rehearsal serve --port 6443 --kubeconfig hub.kubeconfig
  labwright rehearsal serve --kubeconfig hub.kubeconfig --lab examples/pretty-lab --speed 600
  kubectl --kubeconfig hub.kubeconfig get clusterinstances -A
`;

/** `labwright rehearsal serve`: a hub, or with `--bare` an empty API, for any Kubernetes client until a signal comes. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve a simulated hub until SIGINT or SIGTERM')
    .option('--port <port>', 'port on 127.0.0.1, 0 for any free one', portNumber, 0)
    .requiredOption('--kubeconfig <file>', 'where to write the kubeconfig; removed at the end')
    .option('--token-auth-file <csv>', 'further tokens, as lines of token,name,uid,"groups"')
    .option('--bare', 'an empty API server, without hub definitions and controllers')
    .option('--history <duration>', 'how long old resourceVersions and continue tokens are kept (default 5m)', milliseconds)
    .option('--speed <n>', 'at most so many simulated seconds per real one (default: as fast as possible)', positiveNumber)
    .option('--lab <path>', 'a lab whose machines the hub can reach; their BMC credentials are Secrets in namespace lab-bmc')
    .option('--crds <dir>', 'real CustomResourceDefinitions, in place of ours')
    .addHelpText('after', EXAMPLES)
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const token = randomBytes(24).toString('base64url');
  const admin: StaticToken = { token, user: 'admin', uid: 'admin', groups: ['system:masters'] };
  const more = options.tokenAuthFile === undefined ? [] : await readTokenFile(options.tokenAuthFile);
  const plan = options.lab === undefined ? EMPTY_LAB : (await planLabFile(options.lab)).result.plan;
  if (!plan) {
    process.exitCode = 2;
    return;
  }
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.resolve());
  const serving = options.bare ? await serveBare(options, [admin, ...more]) : await serveHub(options, plan, [admin, ...more], (error) => stopped.reject(error));
  try {
    await writeKubeconfig(options.kubeconfig, adminKubeconfig(serving.api, { token }));
    process.stdout.write(`${serving.api.url}\n`);
    await stopped.promise;
  } finally {
    await rm(options.kubeconfig, { force: true });
    await serving.close();
  }
}

/** Whole or not at all, and for its owner only. */
async function writeKubeconfig(path: string, content: string): Promise<void> {
  try {
    await writeFile(`${path}.new`, content, { mode: 0o600 });
    await rename(`${path}.new`, path);
  } catch (cause) {
    throw new LabwrightError('bad_input', `cannot write the kubeconfig ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'name a file in a folder that you may write to',
    });
  }
}

interface Serving {
  readonly api: Pick<ApiServer, 'url' | 'ca'>;
  close(): Promise<void>;
}

async function serveBare({ port, history: historyMs }: ServeOptions, tokens: readonly StaticToken[]): Promise<Serving> {
  const api = await serveApi({ clock: systemClock, traffic: noTraffic, tokens, historyMs }, port);
  return { api, close: () => api.close() };
}

async function serveHub(options: ServeOptions, plan: LabPlan, tokens: readonly StaticToken[], failed: (error: unknown) => void): Promise<Serving> {
  const world = await createWorld({
    plan,
    bmcSecret: randomBytes(24).toString('base64url'),
    seed: 1,
    speed: options.speed ?? null,
    faults: [],
    crdsDir: options.crds ?? null,
    hubs: [],
    log: (line) => process.stderr.write(`${line}\n`),
    failed,
  });
  try {
    const hub = await world.addHub({ name: 'hub', baseDomain: plan.domain, port: options.port, tokens, historyMs: options.history, bmcSecrets: true });
    return { api: hub.api, close: () => world.close() };
  } catch (error) {
    await world.close().catch((cause: unknown) => process.stderr.write(`${messageOf(cause)}\n`));
    throw error;
  }
}

/** A hub alone: it takes every object, and no machine answers it. */
const EMPTY_LAB: LabPlan = {
  lab: 'rehearsal',
  uuid: '00000000-0000-5000-8000-000000000000',
  domain: 'rehearsal.lab',
  accel: 'tcg',
  jumphost: { name: 'jumphost', address: '192.0.2.1', nic: 'eth0', uplink: undefined, ssh: undefined, services: NO_SERVICES },
  networks: [],
  servers: [],
  clusters: [],
  machines: [],
};
