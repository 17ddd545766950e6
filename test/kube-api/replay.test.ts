import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { serveApi } from '../../src/rehearsal/api/server.ts';
import type { ApiServer } from '../../src/rehearsal/api/server.ts';
import { noTraffic } from '../../src/rehearsal/clock/traffic.ts';
import { systemClock } from '../../src/util/clock.ts';

/** The recorded scenarios that the simulated API server answers like the real one. */
const PASSING = [
  '01-discovery',
  '02-namespace-lifecycle',
  '04-update-conflict',
  '06-server-side-apply-two-managers',
  '07-server-side-apply-lists',
  '10-generation',
  '11-finalizers-and-deletion',
  '12-delete-options',
  '15-pruning-and-defaults',
  '18-watch',
];

const TOKENS = [
  { token: 'admin-token', user: 'admin', uid: 'uid-admin', groups: ['system:masters'] },
  { token: 'viewer-token', user: 'viewer', uid: 'uid-viewer', groups: ['lab-viewers'] },
];

const recorded = process.env['LABWRIGHT_RECORDED'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');
const replay = join(recorded, 'replay-kube.mjs');
const skip = existsSync(replay) || process.env['CI'] === 'true' ? false : 'no recordings beside the repository';

let server: ApiServer;
before(async () => {
  server = await serveApi({ clock: systemClock, traffic: noTraffic, tokens: TOKENS }, 0);
});
after(() => server.close());

for (const name of PASSING) {
  test(`answers like the recorded API server: ${name}`, { skip }, async () => {
    const access = ['--url', server.url, '--token', 'admin-token', '--viewer-token', 'viewer-token', '--insecure'];
    await promisify(execFile)(process.execPath, [replay, ...access, '--only', name]);
  });
}
