import type { SitesAccess } from '../hub/gitops/sites-door.ts';
import { shellWord } from '../util/shell-word.ts';

/** One repository elsewhere, and what opens it. */
export interface Remote {
  readonly url: string;
  readonly access: SitesAccess;
}

/** The ssh that git runs: our key and known hosts only, and no question to anybody. */
export function sshCommand({ keyPath, knownHostsPath }: SitesAccess): string {
  const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', 'ConnectTimeout=20'];
  if (knownHostsPath !== undefined) options.push(`UserKnownHostsFile=${knownHostsPath}`, 'GlobalKnownHostsFile=/dev/null');
  if (keyPath !== undefined) options.push('IdentitiesOnly=yes');
  const key = keyPath === undefined ? [] : ['-i', keyPath];
  return ['ssh', ...key, ...options.flatMap((option) => ['-o', option])].map(shellWord).join(' ');
}
