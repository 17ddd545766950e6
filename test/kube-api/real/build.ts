// Builds the real API server before the tests start, because what a test file prints is shown only when its turn comes.
import { ensureRealApiServer } from './ensure-real-api-server.ts';
import { noGo } from './go-version.ts';

if (noGo === false) await ensureRealApiServer(console.log);
else console.log(`not built: ${noGo}`);
