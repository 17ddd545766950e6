import { createClient, type Client } from '../../src/client/create-client.ts';
import type { RunJob } from '../../src/contract/runs.ts';
import { ensureComponent, ensureTopic } from '../../src/server/bootstrap/ensure-catalogue.ts';
import { ensureAdmin, ensureLab } from '../../src/server/bootstrap/ensure-bootstrap.ts';
import { startServer, type RunningServer, type ServerOptions } from '../../src/server/start-server.ts';
import { makeTemporaryFolder } from '../../src/util/temporary-folder.ts';

export interface TestServer extends AsyncDisposable {
  readonly server: RunningServer;
  readonly dataDir: string;
  /** Makes a lab; the client signs as its remoteci. */
  readonly newLab: (name: string) => Promise<Client>;
  readonly admin: Client;
  /** Of the type `ocp`, in topic OCP-4.18. */
  readonly componentId: string;
}

/** A control server on an embedded database in a folder of its own, with a topic and a component unless told not to; all of it goes when disposed. */
export async function startTestServer(options: Partial<ServerOptions> = {}, { catalogue = true } = {}): Promise<TestServer> {
  const folder = await makeTemporaryFolder('lw-server-');
  const dataDir = folder.path;
  const server = await startServer({ dataDir, port: 0, passwordCost: { memoryKiB: 8, passes: 1 }, ...options });
  await ensureAdmin(server.deps, 'admin');
  const componentId = catalogue ? await fillCatalogue(server) : '';
  return {
    server,
    dataDir,
    componentId,
    async newLab(name) {
      const { remoteciId, apiSecret } = await ensureLab(server.deps, { name, team: 'labs' });
      return createClient({ url: server.url, credentials: { kind: 'remoteci', id: remoteciId, secret: apiSecret } });
    },
    admin: createClient({ url: server.url, credentials: { kind: 'user', name: 'admin', password: 'admin' } }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function fillCatalogue({ deps }: RunningServer): Promise<string> {
  const { teamId } = await ensureLab(deps, { name: 'pretty', team: 'labs' });
  const topicId = await ensureTopic(deps, { name: 'OCP-4.18', componentTypes: ['ocp'], teamIds: [teamId] });
  return ensureComponent(deps, { topicId, type: 'ocp', name: 'OpenShift 4.18.1', version: '4.18.1' });
}

/** A job as `pipeline/` would hand it over. */
export function runJob(name: string, more: Partial<RunJob> = {}): RunJob {
  return {
    name,
    stage: 'ztp',
    needs: [],
    topic: 'OCP-4.18',
    action: 'install',
    cluster: null,
    componentIds: [],
    inputs: {},
    outputs: {},
    timeoutMs: null,
    definition: { name },
    ...more,
  };
}
