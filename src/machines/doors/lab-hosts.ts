import { networkInterfaces } from 'node:os';
import type { LabPlan, SshTarget } from '../../lab/plan.ts';
import { LabwrightError } from '../../util/errors.ts';
import { localExec, type Exec } from '../../util/exec.ts';
import { SshConnection } from './ssh.ts';

/** How one machine of the lab is told what to do. */
export interface Host {
  readonly name: string;
  readonly exec: Exec;
  /** Over a connection of its own: proves that the host can still be reached. */
  readonly freshExec: Exec;
}

/** The hosts of a lab; connections open on first use and end on dispose. */
export class LabHosts implements AsyncDisposable {
  readonly jumphost: Host;
  /** The jumphost is this computer. */
  readonly onJumphost: boolean;
  readonly #servers: ReadonlyMap<string, Host>;
  readonly #connections: SshConnection[] = [];

  constructor(plan: LabPlan, ownAddresses: readonly string[] = addressesOfThisMachine()) {
    const { jumphost } = plan;
    const here = jumphost.ssh === undefined && ownAddresses.includes(jumphost.address);
    this.onJumphost = here;
    this.jumphost = here ? { name: jumphost.name, exec: localExec, freshExec: localExec } : this.#connect(jumphost);
    this.#servers = new Map(plan.servers.map((server) => [server.name, this.#connect(server)]));
  }

  server(name: string): Host {
    const host = this.#servers.get(name);
    if (!host) throw new LabwrightError('not_found', `the plan has no server ${name}`);
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection[Symbol.asyncDispose]()));
  }

  #connect(host: { readonly name: string; readonly address: string; readonly ssh: SshTarget | undefined }): Host {
    const connection = new SshConnection(host.name, host.ssh ?? { host: host.address, port: 22, user: 'root' });
    this.#connections.push(connection);
    return { name: host.name, exec: connection.exec, freshExec: connection.freshExec };
  }
}

function addressesOfThisMachine(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}
