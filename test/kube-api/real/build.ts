// Builds the real programs before the tests start, because what a test file prints is shown only when its turn comes.
import { join } from 'node:path';
import { ensureGoProgram } from './ensure-go-program.ts';
import { ensureRealApiServer } from './ensure-real-api-server.ts';
import { noGo } from './go-version.ts';

if (noGo === false) {
  await ensureRealApiServer(console.log);
  await ensureGoProgram(join(import.meta.dirname, '..', '..', 'gitops', 'real', 'kustomize'), console.log);
} else console.log(`not built: ${noGo}`);
