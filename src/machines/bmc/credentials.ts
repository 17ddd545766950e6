import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LabPlan } from '../../lab/plan.ts';

export interface BmcCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * The BMC credentials of every machine of a lab, by machine name, from one secret.
 *
 * A password is an HMAC-SHA256 of the machine's UUID: nothing per machine needs to be stored, a machine keeps its password
 * through every redeploy, and one machine's password says nothing about another's. 24 characters that need no quoting.
 */
export function machineCredentials(plan: LabPlan, labSecret: string): ReadonlyMap<string, BmcCredentials> {
  return new Map(
    plan.machines.map(({ name, uuid, bmc }) => {
      const password = createHmac('sha256', labSecret).update(`bmc ${uuid}`).digest('base64url').slice(0, 24);
      return [name, { username: bmc.username, password }];
    }),
  );
}

/** Whether these are the credentials, in a time that says nothing about how much of the password is right. */
export function opensWith(expected: BmcCredentials | undefined, username: string, password: string): boolean {
  return expected !== undefined && username === expected.username && equalSecrets(password, expected.password);
}

function equalSecrets(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
