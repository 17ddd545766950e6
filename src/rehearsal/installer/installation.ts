import { jitterMs } from '../controllers/jitter.ts';
import type { AgentIso, IsoHost } from './agent-iso.ts';

export type HostStatus =
  | 'discovering'
  | 'known'
  | 'disconnected'
  | 'preparing-for-installation'
  | 'installing'
  | 'installing-in-progress'
  | 'installed'
  | 'error';
export type ClusterStatus = 'insufficient' | 'ready' | 'preparing-for-installation' | 'installing' | 'error';

/** A host as the assisted-service on the rendezvous host reports it. */
export interface HostReport {
  readonly host: IsoHost;
  readonly status: HostStatus;
  readonly statusInfo: string;
  readonly stage: string;
  /** Of the stage. */
  readonly percent: number;
}

/**
 * One agent-based installation, from the first machine that booted its image to a cluster.
 *
 * It waits until every host of the image is known: a missing machine means that it never starts. Its guests wait for
 * each other by the promises here, so that nothing happens before what it depends on.
 */
export interface Installation {
  readonly iso: AgentIso;
  /** By MAC; only those that registered. */
  readonly reports: ReadonlyMap<string, HostReport>;
  /** MACs of machines that boot something else now. */
  readonly lost: Set<string>;
  readonly status: () => ClusterStatus;
  readonly setStatus: (status: ClusterStatus) => void;
  /** Adds or changes what one host reports. */
  readonly report: (host: IsoHost, change: Partial<Omit<HostReport, 'host'>>) => void;
  /** The MAC of the rendezvous host, from when its service answers. */
  readonly rendezvousUp: Promised<string>;
  /** Every host is known. */
  readonly ready: Promised<void>;
  readonly installing: Promised<void>;
  readonly apiUp: Promised<void>;
  /** Two masters run from their disks: the rendezvous host may write its own and join them. */
  readonly controlPlaneUp: Promised<void>;
  /** Every host runs from its disk. */
  readonly allJoined: Promised<void>;
  readonly delayMs: (host: string, stage: string, minMs: number, maxMs: number) => number;
}

export interface Promised<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

export function createInstallation(iso: AgentIso, seed: number | string): Installation {
  const reports = new Map<string, HostReport>();
  const ready = Promise.withResolvers<void>();
  const installing = Promise.withResolvers<void>();
  const apiUp = Promise.withResolvers<void>();
  const controlPlaneUp = Promise.withResolvers<void>();
  const allJoined = Promise.withResolvers<void>();
  let status: ClusterStatus = 'insufficient';
  const count = (test: (report: HostReport) => boolean, hosts: readonly IsoHost[] = iso.hosts): number =>
    hosts.filter(({ mac }) => {
      const report = reports.get(mac);
      return report !== undefined && test(report);
    }).length;
  const onDisk = ({ status, stage }: HostReport): boolean => status === 'installed' || stage === 'Joined';

  return {
    iso,
    reports,
    lost: new Set(),
    status: () => status,
    setStatus: (next) => void (status = next),
    report(host, change) {
      const before = reports.get(host.mac) ?? { host, status: 'discovering', statusInfo: 'Waiting for host to send hardware details', stage: '', percent: 0 };
      reports.set(host.mac, { ...before, ...change });
      if (status === 'insufficient' && count((one) => one.status === 'known') === iso.hosts.length) {
        status = 'ready';
        ready.resolve();
      }
      if (count((one) => one.status === 'error') > 0) status = 'error';
      const masters = iso.hosts.filter(({ role }) => role === 'master');
      if (count(onDisk, masters) >= 2) controlPlaneUp.resolve();
      if (count(onDisk) === iso.hosts.length) allJoined.resolve();
    },
    rendezvousUp: Promise.withResolvers<string>(),
    ready,
    installing,
    apiUp,
    controlPlaneUp,
    allJoined,
    delayMs: (host, stage, minMs, maxMs) => jitterMs(seed, `${iso.cluster}/${host}`, `abi/${stage}`, minMs, maxMs),
  };
}
