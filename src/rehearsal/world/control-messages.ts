import * as z from 'zod';
import { InstallRequest } from '../installer/install-request.ts';

/** What a world's control socket is asked, as HTTP over a Unix socket: `POST /<type>` with the rest as JSON. */
const endpoint = z.object({ host: z.string(), port: z.number() });

export const ControlRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('dial'), address: endpoint }),
  z.object({ type: z.literal('publish'), address: endpoint, listener: endpoint }),
  z.object({ type: z.literal('power-log') }),
  z.object({ type: z.literal('mutations') }),
  z.object({ type: z.literal('hub-kubeconfig'), hub: z.string() }),
  z.object({ type: z.literal('sites-head') }),
  z.object({ type: z.literal('destinations') }),
  z.object({ type: z.literal('mirror-sources') }),
  // Both are answered when the installer is at its end, with its exit code.
  InstallRequest.extend({ type: z.literal('install-cluster') }),
  z.object({ type: z.literal('await-cluster'), folder: z.string(), clusterId: z.string() }),
  z.object({ type: z.literal('stop') }),
]);
export type ControlRequest = z.infer<typeof ControlRequest>;

/** What a state file says of a running world. */
export const WorldState = z.object({
  pid: z.number().int(),
  /** Start time of the process in clock ticks since boot (proc(5), stat field 22): another process with the pid has another one. */
  startTicks: z.string(),
  clockSocket: z.string(),
  controlSocket: z.string(),
  /** Of the world's Git host. */
  sitesCaPath: z.string().exactOptional(),
  /** Of the registry inside. */
  registryCaPath: z.string().exactOptional(),
  /** Of a lab that mirrors: how what it runs gets to the registries outside. */
  outside: z.object({ caPath: z.string(), proxy: z.string() }).exactOptional(),
});
export type WorldState = z.infer<typeof WorldState>;
