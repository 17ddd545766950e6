import { httpStoreFiles, renderHttpStoreConfig } from '../../render/http-store-config.ts';
import { writeTextFile } from '../doors/files.ts';
import { runScript } from '../doors/run-script.ts';
import { installPackages } from './install-packages.ts';
import type { Requirement, Target } from './requirement.ts';

const PROGRAM = '/usr/sbin/nginx';

/** Files for installations, for labs that want them served by labwright (`http_store: {serve: true}`): nginx with a configuration of the lab's own. */
export const httpStoreRequirement: Requirement = {
  id: 'HTTP-STORE',
  roles: ['jumphost'],
  why: 'disconnected hubs take the live images of RHCOS from it',
  missing({ httpStore }, { plan }) {
    const config = renderHttpStoreConfig(plan);
    if (config === undefined) return undefined;
    if (!httpStore.installed) return 'nginx is not installed';
    if (httpStore.config !== config.trim()) return httpStore.config === '' ? 'it is not set up' : 'its configuration is another';
    return httpStore.running ? undefined : 'it does not run';
  },
  make: (facts, target) => async (host, signal) => {
    const { plan } = target;
    const at = httpStoreFiles(plan);
    const { root, port } = plan.jumphost.services.httpStore!;
    if (!facts.httpStore.installed) {
      await installPackages(host, facts.family, ['nginx'], signal);
      // The package may start a server of its own, on port 80.
      await runScript(host.exec, { purpose: 'stop the server of the package', text: STOP }, { signal });
    }
    await writeTextFile(host.exec, { path: at.config, text: renderHttpStoreConfig(plan)! }, signal);
    await writeTextFile(host.exec, { path: `/etc/systemd/system/${at.unit}`, text: unitOf(target) }, signal);
    await runScript(host.exec, { purpose: 'start the HTTP store', text: START, args: [at.unit, PROGRAM, at.config, root, at.pid, String(port)] }, { signal });
  },
};

function unitOf({ plan }: Target): string {
  const { config } = httpStoreFiles(plan);
  return `[Unit]
Description=HTTP store of lab ${plan.lab}
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=${PROGRAM} -c ${config} -g 'daemon off;'
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;
}

const STOP = String.raw`[ ! -d /run/systemd/system ] || systemctl disable --quiet --now nginx.service`;

/** Under systemd where there is one, else by itself; what ran before goes. A configuration that nginx refuses stops nothing. */
const START = String.raw`set -eu
mkdir -p "$4"
chmod 0755 "$4"
"$2" -t -q -c "$3"
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl enable --quiet "$1"
  systemctl restart "$1"
else
  pid=$(cat "$5" 2>/dev/null || true)
  [ -z "$pid" ] || ! grep -qs nginx "/proc/$pid/cmdline" || { kill "$pid"; while [ -d "/proc/$pid" ]; do sleep 0.1; done; }
  "$2" -c "$3" </dev/null >"/run/$1.log" 2>&1
fi
for try in $(seq 50); do
  ! ss -Hltn "sport = :$6" | grep -q . || exit 0
  sleep 0.2
done
echo 'it does not listen' >&2
exit 1`;
