import type { LabPlan } from '../lab/plan.ts';
import { LabwrightError } from '../util/errors.ts';
import { uuidV5 } from '../util/ids.ts';
import { el, xmlText } from './xml.ts';

/**
 * The libvirt network over a server's bridge (reference/lab-and-libvirt.md §2.3). Its UUID follows from the lab and the
 * name, because libvirt refuses to redefine a named object under another one.
 */
export function renderLibvirtNetwork(plan: LabPlan, options: { readonly network: string }): string {
  const network = plan.networks.find((candidate) => candidate.name === options.network);
  if (!network) throw new LabwrightError('not_found', `the plan has no network ${options.network}`);
  return xmlText(
    el(
      'network',
      {},
      el('name', {}, network.name),
      el('uuid', {}, uuidV5(plan.uuid, `network/${network.name}`)),
      el('forward', { mode: 'bridge' }),
      el('bridge', { name: network.bridge }),
    ),
  );
}
