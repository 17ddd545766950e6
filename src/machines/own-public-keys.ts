import { globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PlannedServer } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';

/**
 * The public keys that open what labwright makes: that of the key it reaches the server with, or those of this account.
 *
 * @throws LabwrightError `not_found` without any: nobody could log in.
 */
export function ownPublicKeys({ ssh }: Pick<PlannedServer, 'ssh'>, home = homedir()): string[] {
  const paths = ssh?.identityFile === undefined ? globSync(join(home, '.ssh/*.pub')).toSorted() : [`${ssh.identityFile}.pub`];
  const keys = paths.flatMap((path) => {
    try {
      return readFileSync(path, 'utf8').split('\n');
    } catch {
      return [];
    }
  });
  const found = keys.map((key) => key.trim()).filter((key) => /^(ssh-|ecdsa-|sk-)/.test(key));
  if (found.length > 0) return found;
  throw new LabwrightError('not_found', `there is no public key at ${paths.join(', ') || join(home, '.ssh')}`, { hint: 'make one: ssh-keygen -t ed25519' });
}
