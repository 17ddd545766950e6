import { isInsideLab } from '../../lab/inside-lab.ts';
import type { PreparedRehearsal } from './prepared-rehearsal.ts';

/**
 * What a rehearsal without a way out has dialled or pulled from that is not of its lab: none, or it is not disconnected.
 *
 * @returns undefined when a job of it is connected; a release of machines contacts nothing.
 */
export function outsideDestinations({ plan, jobs }: Pick<PreparedRehearsal, 'plan' | 'jobs'>, destinations: readonly string[]): readonly string[] | undefined {
  const contacting = jobs.filter(({ action }) => action !== 'release');
  if (contacting.length === 0 || contacting.some(({ definition }) => definition['network'] !== 'disconnected')) return undefined;
  return destinations.filter((one) => !isInsideLab(plan, { host: one.slice(0, one.lastIndexOf(':')) }));
}
