import type { LabPlan } from '../lab/plan.ts';
import { poolFolder } from '../render/libvirt-domain.ts';

/** Where a lab's files lie. Each folder belongs to one lab: destroy may remove all of it. */
export interface LabPaths {
  /** On a server: where libvirt's own folders are, so that its accounts and labels fit. */
  readonly imagesDir: string;
  readonly consolesDir: string;
  readonly logsDir: string;
  /** On the jumphost. */
  readonly confDir: string;
  readonly stateDir: string;
  readonly kubeconfigsDir: string;
  readonly installationsDir: string;
}

export function labPaths(plan: Pick<LabPlan, 'lab'>): LabPaths {
  return {
    imagesDir: `/var/lib/libvirt/images/labwright-${plan.lab}`,
    consolesDir: `/var/lib/libvirt/qemu/labwright-${plan.lab}`,
    logsDir: `/var/log/libvirt/qemu/labwright-${plan.lab}`,
    confDir: `/etc/labwright/${plan.lab}/dnsmasq.d`,
    stateDir: `/var/lib/dnsmasq/labwright-${plan.lab}`,
    kubeconfigsDir: `/var/lib/labwright/labs/${plan.lab}/kubeconfigs`,
    installationsDir: `/var/lib/labwright/labs/${plan.lab}/installations`,
  };
}

/** The lab's folders for disks on a server: the usual one, then one in each further storage pool. */
export function imageFolders(plan: Pick<LabPlan, 'lab' | 'servers'>, server: string): string[] {
  const { imagesDir } = labPaths(plan);
  const pools = plan.servers.find(({ name }) => name === server)?.pools ?? [];
  return [imagesDir, ...pools.map((pool) => poolFolder(pool, imagesDir))];
}
