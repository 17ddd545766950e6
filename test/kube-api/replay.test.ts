import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { serveApi } from '../../src/rehearsal/api/server.ts';
import type { Traffic } from '../../src/rehearsal/clock/traffic.ts';
import { fakeClock } from '../../src/util/clock.ts';

/** The recorded scenarios that the simulated API server answers like the real one. */
const SAME = [
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
];

const TOKENS = [
  { token: 'admin-token', user: 'admin', uid: 'uid-admin', groups: ['system:masters'] },
  { token: 'viewer-token', user: 'viewer', uid: 'uid-viewer', groups: ['lab-viewers'] },
];

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const replay = join(recorded, 'replay-kube.mjs');
const skip = existsSync(replay) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';

/** A clock that moves only when a watch ends, by the second that most of them last: ages do not depend on the computer. */
function steadyTime(): { readonly clock: ReturnType<typeof fakeClock>; readonly traffic: Traffic } {
  const clock = fakeClock(Date.now());
  const closed = (): void => void clock.advance(1_000);
  return { clock, traffic: { request: () => () => undefined, watch: () => ({ line: () => undefined, closed }) } };
}

// Most of them wait for watches to end: together they take as long as the longest.
describe('answers like the recorded API server', { concurrency: 8 }, () => {
  for (const name of SAME) {
    test(name, { skip }, async () => {
      const server = await serveApi({ ...steadyTime(), tokens: TOKENS, historyMs: 5_000 }, 0);
      try {
        const access = ['--url', server.url, '--token', 'admin-token', '--viewer-token', 'viewer-token', '--insecure'];
        await promisify(execFile)(process.execPath, [replay, ...access, '--only', name]);
      } finally {
        await server.close();
      }
    });
  }
});
