import { renderSushyToolsConfig, SUSHY_TOOLS_USER, SUSHY_TOOLS_VERSION, sushyToolsPaths } from '../bmc/sushy-tools.ts';
import { writeTextFile } from '../doors/files.ts';
import { runScript } from '../doors/run-script.ts';
import { installPackages } from './install-packages.ts';
import type { Requirement, Target } from './requirement.ts';

/** For labs that want sushy-tools behind the lab's BMC service: an emulator on each hypervisor, in an environment of its own. */
export function sushyToolsRequirement(port: number): Requirement {
  return {
    id: 'SUSHY-TOOLS',
    roles: ['hypervisor'],
    why: 'the BMC of each VM is asked of it where --sushy-tools is given to the agent',
    missing({ sushyTools }, target) {
      if (!sushyTools.installed) return 'it is not installed';
      if (sushyTools.config !== configOf(target, port).trim()) return 'its configuration is another';
      return sushyTools.running ? undefined : 'it does not run';
    },
    make:
      ({ family, sushyTools }, target) =>
      async (host, signal) => {
        const at = sushyToolsPaths(target.plan);
        if (!sushyTools.installed) {
          await installPackages(host, family, family === 'rhel' ? ['python3-libvirt', 'openssl'] : ['python3-venv', 'python3-libvirt', 'openssl'], signal);
          const args = [at.venv, `sushy-tools==${SUSHY_TOOLS_VERSION}`];
          // libvirt's bindings are the distribution's: they belong to its libvirt.
          const text = '/usr/bin/python3 -m venv --system-site-packages "$1" && "$1/bin/python" -m pip install --quiet "$2"';
          await runScript(host.exec, { purpose: 'install sushy-tools', text, args }, { signal });
        }
        await runScript(
          host.exec,
          { purpose: 'make the keys of sushy-tools', text: KEYS, args: [at.confDir, at.stateDir, at.venv, SUSHY_TOOLS_USER] },
          { signal },
        );
        await writeTextFile(host.exec, { path: at.config, text: configOf(target, port) }, signal);
        await writeTextFile(host.exec, { path: `/etc/systemd/system/${at.unit}`, text: unitOf(target) }, signal);
        await runScript(
          host.exec,
          { purpose: 'start sushy-tools', text: START, args: [at.unit, `${at.venv}/bin/sushy-emulator`, at.config, at.stateDir, AWAIT] },
          { signal },
        );
      },
  };
}

function configOf({ plan, host }: Target, port: number): string {
  return renderSushyToolsConfig(
    plan,
    plan.servers.find(({ name }) => name === host)!,
    port,
  );
}

function unitOf({ plan }: Target): string {
  const at = sushyToolsPaths(plan);
  return `[Unit]
Description=sushy-tools of lab ${plan.lab}
After=network-online.target libvirtd.service virtqemud.socket

[Service]
ExecStart=${at.venv}/bin/sushy-emulator --config ${at.config}
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;
}

/** A password and a certificate, once. The emulator takes bcrypt only. */
const KEYS = String.raw`set -eu
umask 077
mkdir -p "$1" "$2"
cd "$1"
[ -s password ] || { python3 -c 'import secrets; print(secrets.token_urlsafe(24))' >password.new; mv password.new password; }
"$3/bin/python" -c 'import bcrypt, sys; print(sys.argv[1] + ":" + bcrypt.hashpw(sys.stdin.read().strip().encode(), bcrypt.gensalt()).decode())' "$4" <password >htpasswd
[ -s tls.crt ] || { openssl req -quiet -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=$(hostname)" -keyout tls.key -out tls.crt.new 2>/dev/null || openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$(hostname)" -keyout tls.key -out tls.crt.new 2>/dev/null; mv tls.crt.new tls.crt; }`;

/** Under systemd where there is one, else by itself; what ran before goes. */
const START = String.raw`set -eu
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl enable --quiet "$1"
  systemctl restart "$1"
else
  pid=$(cat "$4/pid" 2>/dev/null || true)
  [ -z "$pid" ] || ! grep -qs sushy-emulator "/proc/$pid/cmdline" || kill "$pid"
  setsid "$2" --config "$3" >"$4/log" 2>&1 </dev/null &
  echo $! >"$4/pid"
fi
python3 -c "$5" "$3"`;

/** Returns when the emulator listens. */
const AWAIT = `import socket, sys, time
conf = {}
exec(open(sys.argv[1]).read(), conf)
end = time.monotonic() + 30
while True:
    try:
        socket.create_connection((conf["SUSHY_EMULATOR_LISTEN_IP"], conf["SUSHY_EMULATOR_LISTEN_PORT"]), 1).close()
        break
    except OSError:
        if time.monotonic() > end:
            sys.exit("it does not listen")
        time.sleep(0.2)
`;
