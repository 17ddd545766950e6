import { registryFiles, REGISTRY_USER, renderRegistryConfig } from '../../render/registry-config.ts';
import { LabwrightError } from '../../util/errors.ts';
import { writeTextFile } from '../doors/files.ts';
import { runScript } from '../doors/run-script.ts';
import { installPackages } from './install-packages.ts';
import type { Requirement, Target } from './requirement.ts';

const PROGRAM = '/usr/bin/docker-registry';

/** The registry inside, for labs that want it from labwright (`registry: {serve: true}`): Debian's docker-registry with TLS and a password. */
export const registryRequirement: Requirement = {
  id: 'REGISTRY',
  roles: ['jumphost'],
  why: 'disconnected jobs take their images from it',
  missing({ registry }, { plan }) {
    const config = renderRegistryConfig(plan);
    if (config === undefined) return undefined;
    if (!registry.installed) return 'docker-registry is not installed';
    if (registry.config !== config.trim()) return registry.config === '' ? 'it is not set up' : 'its configuration is another';
    if (!registry.certificateLasts) return 'its certificate ends within a month';
    return registry.running ? undefined : 'it does not run';
  },
  make: (facts, target) => async (host, signal) => {
    const { plan } = target;
    const at = registryFiles(plan);
    const { port, root } = plan.jumphost.services.registry!;
    if (!facts.registry.installed) {
      if (facts.family === 'rhel')
        throw new LabwrightError('refused', `the distribution of ${host.name} has no docker-registry`, {
          hint: 'serve a registry there yourself, with mirror-registry or podman, and take serve: true out of the lab file',
        });
      // The package starts a registry of its own, without TLS.
      await installPackages(host, facts.family, ['docker-registry', 'apache2-utils', 'openssl'], signal);
      await runScript(host.exec, { purpose: 'stop the registry of the package', text: STOP }, { signal });
    }
    const names = [`registry.${plan.domain}`, plan.jumphost.address, plan.lab];
    await runScript(host.exec, { purpose: 'make the keys of the registry', text: KEYS, args: [at.folder, root, REGISTRY_USER, ...names] }, { signal });
    await writeTextFile(host.exec, { path: at.config, text: renderRegistryConfig(plan)! }, signal);
    await writeTextFile(host.exec, { path: `/etc/systemd/system/${at.unit}`, text: unitOf(target) }, signal);
    await runScript(host.exec, { purpose: 'start the registry', text: START, args: [at.unit, PROGRAM, at.config, root, String(port)] }, { signal });
  },
};

function unitOf({ plan }: Target): string {
  const { config } = registryFiles(plan);
  return `[Unit]
Description=image registry of lab ${plan.lab}
After=network-online.target
Wants=network-online.target

[Service]
User=docker-registry
ExecStart=${PROGRAM} serve ${config}
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;
}

const STOP = String.raw`[ ! -d /run/systemd/system ] || systemctl disable --quiet --now docker-registry.service`;

/**
 * A password, a CA, and a certificate of it, once; the certificate anew in its last month. The CA stays: clusters have it. Its key
 * is root's alone, the registry's own files are also its account's.
 */
const KEYS = String.raw`set -eu
mkdir -p "$1" "$2"
umask 077
cd "$1"
[ -s password ] || { openssl rand -hex 24 >password.new; mv password.new password; }
htpasswd -niB "$3" <password | grep . >htpasswd.new; mv htpasswd.new htpasswd
curve='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
[ -s ca.pem ] || {
  openssl req -x509 $curve -days 3650 -subj "/CN=registry of lab $6" -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout ca.key -out ca.new 2>/dev/null
  mv ca.new ca.pem
}
openssl x509 -checkend 2592000 -noout -in tls.crt >/dev/null 2>&1 || {
  openssl req -new $curve -subj "/CN=$4" -keyout tls.key -out tls.csr 2>/dev/null
  printf 'subjectAltName=DNS:%s,IP:%s\nextendedKeyUsage=serverAuth\n' "$4" "$5" >tls.ext
  openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 397 -extfile tls.ext -out tls.new 2>/dev/null
  mv tls.new tls.crt
  rm tls.csr tls.ext
}
chmod 0755 .
chmod 0644 ca.pem tls.crt
chgrp docker-registry tls.key htpasswd
chmod 0640 tls.key htpasswd
chown docker-registry: "$2"
chmod 0750 "$2"`;

/** Under systemd where there is one, else by itself; what ran before goes. */
const START = String.raw`set -eu
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl enable --quiet "$1"
  systemctl restart "$1"
else
  pid=$(cat "/run/$1.pid" 2>/dev/null || true)
  [ -z "$pid" ] || ! grep -qs docker-registry "/proc/$pid/cmdline" || kill "$pid"
  setsid setpriv --reuid docker-registry --regid docker-registry --clear-groups "$2" serve "$3" >"/run/$1.log" 2>&1 </dev/null &
  echo $! >"/run/$1.pid"
fi
for try in $(seq 50); do
  ! ss -Hltn "sport = :$5" | grep -q . || exit 0
  sleep 0.2
done
tail -n 3 "/run/$1.log" >&2 2>/dev/null || journalctl --no-pager -n 3 -u "$1" >&2 || true
echo 'it does not listen' >&2
exit 1`;
