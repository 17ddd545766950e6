import { LabwrightError } from '../../util/errors.ts';
import type { Host } from '../doors/lab-hosts.ts';
import { runScript } from '../doors/run-script.ts';
import type { Family } from './prepare-facts.ts';

/** Once more after fresh lists: those of a server that was just installed are old, or not there. */
const INSTALL: Readonly<Record<Family, string>> = {
  debian: `set -eu
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install --yes --quiet --no-install-recommends "$@"; }
install "$@" || { apt-get update --quiet; install "$@"; }`,
  rhel: `set -eu
dnf install --assumeyes --quiet --setopt=install_weak_deps=False "$@"`,
};

/** Installs packages of the distribution. @throws LabwrightError `exec_failed` with the last words of apt or dnf. */
export async function installPackages(host: Host, family: Family | undefined, packages: readonly string[], signal: AbortSignal): Promise<void> {
  if (family === undefined) {
    throw new LabwrightError('refused', `labwright cannot install on the distribution of ${host.name}`, {
      hint: `install what has ${packages.join(', ')} by hand`,
    });
  }
  await runScript(host.exec, { purpose: `install ${packages.join(' ')}`, text: INSTALL[family], args: packages }, { signal });
}
