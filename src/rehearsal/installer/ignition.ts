import * as z from 'zod';
import { isRecord } from '../../util/is-record.ts';

/** A cluster as the stand-in installer made it: what a bootstrap carries. */
export const ClusterIdentity = z.object({
  /** Of this installation, not of the name: a second one of the same cluster is another one. */
  clusterId: z.uuid(),
  cluster: z.string(),
  baseDomain: z.string(),
  version: z.string(),
  /** Replicas of its control plane. */
  masters: z.int(),
  /** Whether it carries applications too. */
  mastersSchedulable: z.boolean(),
  /** Whether it vouches for its own nodes: it has made their machines. */
  approvesNodes: z.boolean().default(false),
  certificates: z.object({ ca: z.string(), cert: z.string(), key: z.string(), kubeconfig: z.string() }),
});
export type ClusterIdentity = z.infer<typeof ClusterIdentity>;

/** What an ignition of the stand-in makes of the machine that boots it. */
export const Payload = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('in-place'), identity: ClusterIdentity }),
  z.object({ kind: z.literal('bootstrap'), identity: ClusterIdentity }),
  /** Points at the machine configuration that the bootstrap serves. */
  z.object({ kind: z.literal('node'), role: z.enum(['master', 'worker']), cluster: z.string(), clusterId: z.uuid() }),
]);
export type Payload = z.infer<typeof Payload>;

const PATH = '/etc/labwright/rehearsal.json';
const SOURCE = 'data:application/json;base64,';

/** An ignition configuration (specification 3.2.0) that holds nothing but what guests of a rehearsal act on. */
export function ignitionOf(payload: Payload): string {
  const source = `${SOURCE}${Buffer.from(JSON.stringify(payload)).toString('base64')}`;
  return JSON.stringify({ ignition: { version: '3.2.0' }, storage: { files: [{ path: PATH, mode: 0o600, contents: { source } }] } });
}

/** @returns undefined for text that is no ignition configuration, or for one of somebody else. */
export function payloadOf(text: string): Payload | undefined {
  try {
    const { storage } = JSON.parse(text) as {
      readonly storage?: { readonly files?: readonly { readonly path: string; readonly contents: { readonly source: string } }[] };
    };
    const source = storage?.files?.find(({ path }) => path === PATH)?.contents.source ?? '';
    return Payload.safeParse(JSON.parse(Buffer.from(source.slice(SOURCE.length), 'base64').toString())).data;
  } catch {
    return undefined;
  }
}

/** As coreos-installer looks at what it is given. */
export function isIgnition(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) && isRecord(parsed['ignition']) && /^3\.\d+\.\d+$/.test(String(parsed['ignition']['version']));
  } catch {
    return false;
  }
}
