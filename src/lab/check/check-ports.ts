import { BMC_PORT, FILE_STORE_PORT } from '../jumphost-ports.ts';
import type { LabFile } from '../lab-file.ts';
import type { KeyPath } from '../../util/source-file.ts';
import type { Report } from './report.ts';

/** Does each service of the jumphost have a port of its own, outside those that jobs may take? */
export function checkPorts(file: LabFile, report: Report): void {
  const { http_store: httpStore, registry, job_ports: jobPorts } = file.jumphost.services;
  const keys = ['jumphost', 'services'];
  const [from = 0, to = 0] = jobPorts.split('-').map(Number);
  if (from < 1024 || to > 65_535 || to < from)
    report.error(
      'bad-range',
      [...keys, 'job_ports'],
      `${jobPorts} is no range of ports that jobs can have`,
      'write one between 1024 and 65535, as 20000-20999',
    );
  const owners = new Map<number, string>([
    [BMC_PORT, 'the BMCs of VMs'],
    [FILE_STORE_PORT, 'the images of jobs'],
    [53, 'DNS'],
    [22, 'ssh'],
  ]);
  const take = (service: { readonly port: number } | undefined, what: string, place: KeyPath): void => {
    if (!service) return;
    const owner = service.port >= from && service.port <= to ? `what jobs serve (${jobPorts})` : owners.get(service.port);
    if (owner !== undefined)
      report.error('duplicate-port', place, `port ${service.port} of the jumphost is for ${what} and ${owner}`, 'give one of them another port');
    owners.set(service.port, what);
  };
  take(httpStore, 'the HTTP store', [...keys, 'http_store']);
  take(registry, 'the registry', [...keys, 'registry']);
}
