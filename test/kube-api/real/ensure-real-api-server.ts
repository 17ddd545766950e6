import { join } from 'node:path';
import { ensureGoProgram } from './ensure-go-program.ts';

/** Paths of the two programs. */
export interface RealApiServerPrograms {
  readonly kubeApiServer: string;
  readonly etcd: string;
}

/**
 * Builds kube-apiserver and etcd with the Go modules beside this file, or finds them built: minutes the first time.
 *
 * @throws LabwrightError as `ensureGoProgram`.
 */
export async function ensureRealApiServer(log: (line: string) => void, signal?: AbortSignal): Promise<RealApiServerPrograms> {
  // One after the other: each fills the processors.
  const etcd = await ensureGoProgram(join(import.meta.dirname, 'etcd'), log, signal);
  return { etcd, kubeApiServer: await ensureGoProgram(join(import.meta.dirname, 'kube-apiserver'), log, signal) };
}
