import { dirname } from 'node:path';
import type { LabPlan, PlannedProvisionhost } from '../lab/plan.ts';
import { LabHosts } from '../machines/doors/lab-hosts.ts';
import { runScript } from '../machines/doors/run-script.ts';
import { SshConnection } from '../machines/doors/ssh.ts';
import type { Exec } from '../util/exec.ts';
import type { LabDoors, ProvisionhostDoors } from './lab-doors.ts';

const DIR = '/var/lib/labwright/installations';

const FETCH = String.raw`set -eu
umask 077
mkdir -p "$3"
curl --fail --silent --show-error --retry 3 --output "$2.new" "$1"
chmod 755 "$2.new"
mv "$2.new" "$2"`;

/** Provisionhosts over ssh: a VM or bare metal by its own account, jumphost and servers as the lab reaches them. Connections are shared and end by themselves. */
export function provisionhostDoors(plan: LabPlan): LabDoors['provisionhost'] {
  const open = new Map<string, Exec>();
  const hosts = new LabHosts(plan);
  const connect = ({ name, addresses, machine, user }: PlannedProvisionhost): Exec => {
    if (machine === undefined) return name === plan.jumphost.name ? hosts.jumphost.exec : hosts.server(name).exec;
    const target = {
      host: addresses[0]!,
      port: 22,
      user,
      ...(plan.jumphost.ssh?.identityFile !== undefined && { identityFile: plan.jumphost.ssh.identityFile }),
    };
    return new SshConnection(name, target, { newHostKeys: 'accept' }).exec;
  };
  return (provisionhost): ProvisionhostDoors => {
    const key = `${provisionhost.name} ${provisionhost.addresses[0]}`;
    const exec = open.get(key) ?? connect(provisionhost);
    open.set(key, exec);
    return {
      name: provisionhost.name,
      exec,
      dir: DIR,
      fetch: async ({ url }, to, signal) => {
        await runScript(exec, { purpose: `fetch ${url}`, text: FETCH, args: [url, to, dirname(to)] }, { signal });
      },
    };
  };
}
