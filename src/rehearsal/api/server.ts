import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { KubeObject } from '../../kube/objects.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Clock } from '../../util/clock.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import { listenOnLoopback } from '../../util/listen-on-loopback.ts';
import type { Interfere } from './interfere.ts';
import type { Traffic } from '../clock/traffic.ts';
import type { Admit } from './write/admission.ts';
import { authenticator, MASTERS } from './access/authenticate.ts';
import type { StaticToken, User } from './access/authenticate.ts';
import { NAMESPACE } from './kinds/built-ins.ts';
import { createAuthority } from './access/certificate-authority.ts';
import { defineKind } from './schema/define-kind.ts';
import { followDefinitions } from './schema/definition-lifecycle.ts';
import { handle } from './handle.ts';
import { localTransport } from './local-transport.ts';
import type { Mutation } from './exchange.ts';
import { createRegistry } from './kinds/registry.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';
import { create } from './write/write.ts';
import { createUserWebhooks } from './webhooks/user-webhooks.ts';

export interface ApiDeps {
  readonly clock: Clock;
  readonly traffic: Traffic;
  /** Users by bearer token; those of the group system:masters may do everything. */
  readonly tokens: readonly StaticToken[];
  /** PEM; a CA and a certificate for localhost are made when it is absent. */
  readonly tls?: {
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
    /** Signs client certificates: common name is the user, organisations are the groups. */
    readonly clientCa?: string;
  };
  /** How long, in real milliseconds, old resourceVersions and continue tokens are kept. */
  readonly historyMs?: number;
  readonly admit?: Admit;
  readonly interfere?: Interfere;
  readonly randomUuid?: () => string;
  readonly onMutation?: (mutation: Mutation) => void;
}

export interface ApiServer {
  readonly url: string;
  /** The CA certificate, PEM. */
  readonly ca: string;
  readonly store: Store;
  /** A way to it without sockets, as a user of system:masters: for clients in this process. */
  local(headers: Readonly<Record<string, string>>): Transport;
  /** Serves what a CustomResourceDefinition defines, at once: for definitions that are known to be good. */
  define(definition: KubeObject): void;
  close(): Promise<void>;
}

/** Whom a hub's kubeconfig makes of its bearer. */
const ADMIN: User = { name: 'system:admin', groups: [MASTERS, 'system:authenticated'] };

async function selfMade(): Promise<{ readonly ca: string; readonly cert: string; readonly key: string }> {
  const { ca, server } = await createAuthority('labwright rehearsal CA', Date.now());
  return { ca, ...(await server('localhost')) };
}

/** Serves the API on 127.0.0.1; port 0 takes any free one. @throws LabwrightError when the port is taken. */
export async function serveApi(deps: ApiDeps, port: number): Promise<ApiServer> {
  const tls = deps.tls ?? (await selfMade());
  const store = createStore(deps.historyMs);
  const { clock, traffic, admit, interfere, onMutation, randomUuid = randomUUID } = deps;
  const clientCa = deps.tls?.clientCa;
  const registry = createRegistry(store);
  const handler = {
    clock,
    traffic,
    store,
    admit,
    interfere,
    onMutation,
    randomUuid,
    registry,
    webhooks: createUserWebhooks(store, registry),
    authenticate: authenticator(deps.tokens, clientCa !== undefined),
  };
  for (const name of ['default', 'kube-system']) {
    const write = { resource: NAMESPACE, namespace: '', name, subresource: '', manager: 'kube-apiserver', user: 'system:apiserver' };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await create({ ...handler, admit: undefined }, { ...write, dryRun: false, fieldValidation: 'Warn', warn: () => undefined }, namespace);
  }
  followDefinitions(store, clock);
  const identity = { cert: tls.cert, key: tls.key };
  const clients = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  const server = createServer({ ...identity, ...clients }, (request, response) => void handle(handler, request, response));
  // Longer than a client pauses between two requests: a TLS handshake costs more than most of them.
  server.keepAliveTimeout = 60_000;
  const actual = await listenOnLoopback(server, port).catch((cause: unknown) => {
    throw new LabwrightError('refused', `cannot listen on 127.0.0.1:${port}: ${messageOf(cause)}`, {
      cause,
      hint: 'choose another port, or 0 for any free one',
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const define = (definition: KubeObject): void => defineKind(handler, definition);
  const local = (headers: Readonly<Record<string, string>>): Transport =>
    localTransport({ clock, headers, user: ADMIN, handle: (request, response, user) => handle(handler, request, response, user) });
  return { url: `https://127.0.0.1:${actual}`, ca: tls.ca, store, local, define, close };
}
