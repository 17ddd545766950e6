import { readFileSync } from 'node:fs';
import type { JobSpec } from '../contract/agent.ts';
import { parseKubeconfig } from '../kube/parse-kubeconfig.ts';
import type { BmcCredentials } from '../machines/bmc/credentials.ts';
import type { LabDoors } from './lab-doors.ts';

export interface JobSecretsDeps {
  readonly doors: Pick<LabDoors, 'pullSecret'>;
  readonly credentials: ReadonlyMap<string, BmcCredentials>;
}

/** Every value that no log line, error or memory of a job may show. */
export function jobSecrets({ doors, credentials }: JobSecretsDeps, job: JobSpec): string[] {
  const passwords = [...credentials.values()].map(({ password }) => password);
  const git = [job.sitesRepo?.password_path, job.sitesRepo?.key_path].flatMap((path) => (path === undefined ? [] : contentOf(path)));
  return [doors.pullSecret ?? '', ...passwords, ...git, ...Object.values(job.inputs).flatMap(secretsOf)].filter((value) => value !== '');
}

/** A file that cannot be read is reported by the step that needs it. */
function contentOf(path: string): string[] {
  try {
    return [readFileSync(path, 'utf8').trim()];
  } catch {
    return [];
  }
}

/** Of a kubeconfig only what opens a door: its other lines are words that logs are made of. */
function secretsOf(content: string): string[] {
  try {
    const { token, clientKey } = parseKubeconfig(content);
    return [token, clientKey, clientKey && Buffer.from(clientKey).toString('base64')].filter((value) => value !== undefined);
  } catch {
    return [content]; // Not a kubeconfig.
  }
}
