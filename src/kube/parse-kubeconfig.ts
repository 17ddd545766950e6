import { parse } from 'yaml';
import { z } from 'zod';
import { LabwrightError, messageOf } from '../util/errors.ts';

/** How to reach one API server. PEM texts, not base64. */
export interface KubeConfig {
  /** Base URL, `https://api.hub.lab:6443`. */
  readonly server: string;
  readonly token?: string;
  /** A command that prints credentials, asked when they are needed first and when they have expired. */
  readonly exec?: ExecCredentials;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly ca?: string;
  readonly insecureSkipTlsVerify?: boolean;
}

/** client.authentication.k8s.io: what a kubeconfig says of the command. */
export interface ExecCredentials {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const execSchema = z.object({
  apiVersion: z.string().regex(/^client\.authentication\.k8s\.io\/v1(?:beta1)?$/, 'only client.authentication.k8s.io/v1 and v1beta1'),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

const fileSchema = z.object({
  'current-context': z.string().min(1),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.url({ protocol: /^https?$/ }),
        'certificate-authority-data': z.string().optional(),
        'insecure-skip-tls-verify': z.boolean().optional(),
      }),
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.object({
        token: z.string().optional(),
        'client-certificate-data': z.string().optional(),
        'client-key-data': z.string().optional(),
        exec: execSchema.optional(),
      }),
    }),
  ),
});

/** Reads the current context of a kubeconfig. @throws bad_input that names the missing or wrong field, never a value. */
export function parseKubeconfig(text: string): KubeConfig {
  const result = fileSchema.safeParse(readYaml(text));
  if (!result.success) {
    const issue = result.error.issues[0];
    throw bad(`${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  const file = result.data;
  const context = named(file.contexts, 'context', file['current-context']).context;
  const { cluster } = named(file.clusters, 'cluster', context.cluster);
  const { user } = named(file.users, 'user', context.user);
  const certificate = user['client-certificate-data'];
  const key = user['client-key-data'];
  const ca = cluster['certificate-authority-data'];
  if ((certificate === undefined) !== (key === undefined)) throw bad(`user ${context.user} has only one of client-certificate-data and client-key-data`);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    ...(user.token === undefined ? {} : { token: user.token }),
    ...(user.exec === undefined ? {} : { exec: credentialsCommand(user.exec) }),
    ...(certificate === undefined ? {} : { clientCertificate: decode(certificate) }),
    ...(key === undefined ? {} : { clientKey: decode(key) }),
    ...(ca === undefined ? {} : { ca: decode(ca) }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecureSkipTlsVerify: true } : {}),
  };
}

function credentialsCommand({ apiVersion, command, args, env }: z.infer<typeof execSchema>): ExecCredentials {
  return { apiVersion, command, args: args ?? [], env: Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])) };
}

function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw bad(messageOf(error).split('\n')[0] ?? 'not YAML');
  }
}

function named<T extends { readonly name: string }>(entries: readonly T[], what: string, name: string): T {
  const found = entries.find((entry) => entry.name === name);
  if (found === undefined) throw bad(`no ${what} is called ${name}`);
  return found;
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

function bad(message: string): LabwrightError {
  return new LabwrightError('bad_input', `kubeconfig: ${message}`, { hint: 'use a kubeconfig with embedded data, as "oc config view --raw --flatten" prints' });
}
