import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type Client } from '../../client/create-client.ts';
import type { Credentials } from '../../client/sign-request.ts';
import { LabwrightError } from '../../util/errors.ts';
import { clientCredentials } from '../client-credentials.ts';

const LOCAL_SERVER = 'http://127.0.0.1:8420';

/** A control server elsewhere with the credentials of DCI's clients, or that of `labwright up` on this machine as its administrator. */
export async function serverClient({ server, data }: { readonly server?: string; readonly data: string }): Promise<Client> {
  return createClient({ url: server ?? LOCAL_SERVER, credentials: clientCredentials(process.env) ?? (await administrator(data)) });
}

async function administrator(dataDir: string): Promise<Credentials> {
  try {
    return { kind: 'user', name: 'admin', password: (await readFile(join(dataDir, 'admin-password'), 'utf8')).trim() };
  } catch (error) {
    throw new LabwrightError('bad_input', `no "labwright up" has run with ${dataDir}, and who asks a control server elsewhere was not said`, {
      hint: 'set DCI_LOGIN and DCI_PASSWORD, or ask the hub: --hub-kubeconfig FILE',
      cause: error,
    });
  }
}
