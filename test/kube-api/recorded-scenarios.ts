import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The recorded scenarios that the simulated and the real API server answer alike; 24 needs a hook: webhooks.test.ts. */
export const SCENARIOS = [
  '01-discovery',
  '02-namespace-lifecycle',
  '03-create-get-errors',
  '04-update-conflict',
  '05-patch-content-types',
  '06-server-side-apply-two-managers',
  '07-server-side-apply-lists',
  '08-dry-run',
  '09-status-subresource',
  '10-generation',
  '11-finalizers-and-deletion',
  '12-delete-options',
  '13-schema-validation',
  '14-field-validation',
  '15-pruning-and-defaults',
  '16-list-and-selectors',
  '17-pagination',
  '18-watch',
  '19-watch-bookmarks',
  '20-expired-and-future-versions',
  '21-table-and-metadata-projections',
  '22-secrets-and-configmaps',
  '23-crd-lifecycle',
  '25-authentication-authorization',
  '26-cluster-scoped-and-names',
] as const;

/** Who asks in the recordings. */
export const TOKENS = [
  { token: 'admin-token', user: 'admin', uid: 'uid-admin', groups: ['system:masters'] },
  { token: 'viewer-token', user: 'viewer', uid: 'uid-viewer', groups: ['lab-viewers'] },
];

/** The folder of recordings, and beside it the real definitions. */
export const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const player = join(recorded, 'replay-kube.mjs');

/** Why nothing can be replayed here; with CI=true it must be possible. */
export const noRecordings = existsSync(player) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';

/** Plays one scenario against a server with these TOKENS. @throws with the player's output, which names step, path, expected and got. */
export async function playScenario(server: { readonly url: string }, name: string): Promise<void> {
  const access = ['--url', server.url, '--token', 'admin-token', '--viewer-token', 'viewer-token', '--insecure'];
  try {
    await promisify(execFile)(process.execPath, [player, ...access, '--only', name]);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${name} is answered differently:\n${stdout}${stderr}`, { cause: error });
  }
}
