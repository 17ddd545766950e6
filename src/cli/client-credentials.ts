import type { Credentials } from '../client/sign-request.ts';

/** Who a client is, as DCI's clients are told: DCI_CLIENT_ID (remoteci/<id>, feeder/<id>) and DCI_API_SECRET, or DCI_LOGIN and DCI_PASSWORD. */
export function clientCredentials(env: NodeJS.ProcessEnv): Credentials | undefined {
  const [, kind, id] = /^(remoteci|feeder)\/(.+)$/.exec(env['DCI_CLIENT_ID'] ?? '') ?? [];
  const secret = env['DCI_API_SECRET'];
  if ((kind === 'remoteci' || kind === 'feeder') && id !== undefined && secret !== undefined) return { kind, id, secret };
  const [name, password] = [env['DCI_LOGIN'], env['DCI_PASSWORD']];
  return name === undefined || password === undefined ? undefined : { kind: 'user', name, password };
}
