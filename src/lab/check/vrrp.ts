import type { PlannedCluster } from '../plan.ts';
import type { Report } from './report.ts';

/** More clashes than these are one warning: with 225 ids nobody can avoid them all. */
const MAX_WARNINGS = 5;
const HINT = 'spread the clusters over several networks; releases that announce VIPs by multicast take them from each other';

export interface RouterIds {
  readonly api: number;
  readonly ingress: number;
}

/** The VRRP router ids of a cluster's VIPs, which keepalived's configuration derives from its name (reference/lab-and-libvirt.md §5.5). */
export function routerIds(cluster: string): RouterIds {
  const api = fletcher8(`${cluster}-api`) + 1;
  const ingress = fletcher8(`${cluster}-ingress`) + 1;
  return { api, ingress: ingress === api ? ingress + 1 : ingress };
}

/** Warns of clusters that would answer each other's VRRP while it is multicast. Those that share machines never run together. */
export function checkRouterIds(clusters: readonly PlannedCluster[], report: Report): void {
  for (const [network, all] of Map.groupBy(
    clusters.filter(({ topology, install, slot }) => topology !== 'sno' && install !== 'none' && install !== 'upi' && slot !== null),
    (one) => one.network,
  )) {
    const users = new Map<number, string[]>();
    for (const { name } of all)
      for (const id of Object.values(routerIds(name))) {
        const known = users.get(id);
        if (known) known.push(name);
        else users.set(id, [name]);
      }
    const clashes = [...users].filter(([, names]) => names.length > 1);
    if (clashes.length > MAX_WARNINGS) {
      report.warn('router-id-clash', ['networks', network], `${clashes.length} VRRP router ids are shared by clusters on ${network}`, HINT);
      continue;
    }
    for (const [id, names] of clashes) {
      const last = names.at(-1)!;
      const free = freeName(last, users);
      const hint = free === undefined ? HINT : `call ${last} ${free}, which has free ids, or put it on another network`;
      report.warn('router-id-clash', ['clusters', last], `${names.join(' and ')} have one VRRP router id, ${id}, on ${network}`, hint);
    }
  }
}

function freeName(name: string, users: ReadonlyMap<number, readonly string[]>): string | undefined {
  return Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => `${name}${letter}`).find((one) => Object.values(routerIds(one)).every((id) => !users.has(id)));
}

/** As baremetal-runtimecfg computes it: two sums modulo 15, so one of 225 values. */
function fletcher8(text: string): number {
  let [a, b] = [0, 0];
  for (const byte of Buffer.from(text)) {
    a = (a + byte) % 15;
    b = (b + a) % 15;
  }
  return b * 16 + a;
}
