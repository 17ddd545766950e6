import type { LabPlan } from '../../lab/plan.ts';
import { REGISTRY_USER, registryFiles } from '../../render/registry-config.ts';
import type { Exec } from '../../util/exec.ts';
import { runScript } from '../doors/run-script.ts';

/** How the registry that `lab prepare` set up answers on the jumphost itself. */
export interface RegistryAnswer {
  /** To its own login; 0: to no connection, or with a certificate that its CA did not sign. */
  readonly status: number;
  /** curl's word on it; empty when there is none. */
  readonly said: string;
  /** Under its folder. */
  readonly availableMiB: number;
}

/** The password goes to curl by its standard input: arguments are everybody's to read. */
const ASK = String.raw`root=$1 folder=$2 url=$3 to=$4 user=$5
while [ ! -d "$root" ]; do root=$(dirname "$root"); done
df -P -k "$root" | tail -n 1 | awk '{print int($4 / 1024)}'
printf 'user = "%s:%s"\n' "$user" "$(cat "$folder/password" 2>/dev/null)" |
  curl --silent --show-error --max-time 10 --output /dev/null --write-out '%{http_code}\n' --cacert "$folder/ca.pem" --connect-to "::$to" --config - "$url" 2>&1 || true`;

/** @returns undefined for a lab whose registry somebody else serves. */
export async function probeRegistry(exec: Exec, plan: LabPlan, signal: AbortSignal): Promise<RegistryAnswer | undefined> {
  const { registry } = plan.jumphost.services;
  if (registry?.serve !== true) return undefined;
  const { address } = plan.jumphost;
  const to = `${address.includes(':') ? `[${address}]` : address}:${registry.port}`;
  const url = `https://registry.${plan.domain}:${registry.port}/v2/`;
  const args = [registry.root, registryFiles(plan).folder, url, to, REGISTRY_USER];
  const { stdout } = await runScript(exec, { purpose: 'ask its registry', text: ASK, args }, { signal });
  const [available = '', ...answer] = stdout.trim().split('\n');
  const status = answer.find((line) => /^\d{3}$/.test(line));
  return { availableMiB: Number(available), status: Number(status ?? 0), said: answer.filter((line) => line !== status).join(' ') };
}
