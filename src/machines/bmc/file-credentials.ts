import { readFileSync } from 'node:fs';
import type { PlannedMachine } from '../../lab/plan.ts';
import { LabwrightError, messageOf } from '../../util/errors.ts';
import type { BmcCredentials } from './credentials.ts';

/** The credentials of a bare-metal host's BMC, read anew each time: passwords change. @throws LabwrightError `unauthorized` naming the file. */
export function fileCredentials({ name, bmc }: Pick<PlannedMachine, 'name' | 'bmc'>, path: string): BmcCredentials {
  const hint = `write the password of ${bmc.username} at ${bmc.url} into ${path}, mode 0600, or name another file: hosts.${name}.bmc.password_file`;
  let password: string;
  try {
    password = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new LabwrightError('unauthorized', `the BMC password of ${name} cannot be read: ${messageOf(cause)}`, { cause, hint });
  }
  if (password === '') throw new LabwrightError('unauthorized', `the BMC password of ${name} is empty: ${path}`, { hint });
  return { username: bmc.username, password };
}
