import { randomBytes } from 'node:crypto';
import { createKubeClient } from '../../../src/kube/create-kube-client.ts';
import type { ServeHubApi } from '../../../src/rehearsal/world/hub-api.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { directDial } from '../../../src/util/dial.ts';
import type { RealApiServerPrograms } from './ensure-real-api-server.ts';
import { establishDefinitions } from './establish-definitions.ts';
import { serveAdmission } from './serve-admission.ts';
import { serveCounted } from './serve-counted.ts';
import { startRealApiServer } from './start-real-api-server.ts';

/** A hub's API on a real kube-apiserver: its operators' webhooks are registered with it, its traffic holds the world's clock. */
export function serveRealHubApi(programs: RealApiServerPrograms): ServeHubApi {
  return async (deps, port) => {
    const token = randomBytes(24).toString('hex');
    await using stack = new AsyncDisposableStack();
    const real = stack.use(await startRealApiServer(programs, [{ token, user: 'admin', uid: 'uid-admin', groups: ['system:masters'] }]));
    const kube = createKubeClient({ clock: systemClock, dial: directDial }, { server: real.url, ca: real.ca, token });
    const { server, port: actual } = await serveCounted(deps, { url: real.url, ca: real.ca, token }, port);
    stack.defer(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    const open = stack.move();
    return {
      url: `https://127.0.0.1:${actual}`,
      ca: deps.tls!.ca,
      async install(definitions) {
        await establishDefinitions(kube, definitions);
        if (deps.admit === undefined) return;
        const admission = await serveAdmission(kube, deps.admit);
        open.defer(() => admission.close());
      },
      close: () => open.disposeAsync(),
    };
  };
}
