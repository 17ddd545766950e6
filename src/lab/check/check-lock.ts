import { formatBlock, parseBlock } from '../ip.ts';
import type { LabFile } from '../lab-file.ts';
import type { LockFile } from '../lock.ts';
import type { Report } from './report.ts';
import type { Segment } from '../segments.ts';

/** Does the lock file belong to this lab, and do its networks still begin where they did? Else every address would move. */
export function checkLock(file: LabFile, lock: LockFile, segments: readonly Segment[], report: Report): void {
  if (lock.lab !== undefined && lock.lab !== file.lab)
    report.error(
      'lock-of-other-lab',
      ['lab'],
      `this lab is called ${file.lab}, its lab.lock.json belongs to ${lock.lab}`,
      `write lab: ${lock.lab}, or remove lab.lock.json to plan a new lab`,
    );
  const labId = lock.lab_id ?? 0;
  const installed = Object.keys(lock.slots).length;
  if (labId !== file.lab_id && installed > 0)
    report.error(
      'lab-id-changed',
      ['lab_id'],
      `lab_id was ${labId}: ${file.lab_id} would give machines of ${installed} ${installed === 1 ? 'cluster' : 'clusters'} other MACs`,
      labId === 0 ? 'remove lab_id, or destroy the clusters first and remove lab.lock.json' : `write lab_id: ${labId}`,
    );
  for (const [name, entry] of Object.entries(file.clusters)) {
    const was = Object.hasOwn(lock.slots, name) ? lock.slots[name]!.network : undefined;
    if (was !== undefined && entry.network === undefined && !Object.hasOwn(file.networks, was))
      report.error(
        'network-gone',
        ['clusters', name],
        `${name} is on network ${was} by its lab.lock.json, which is not declared any more`,
        `declare ${was} again, or write network: NAME in ${name} to rebuild it there`,
      );
  }
  for (const { name, block, slotSize } of segments) {
    const old = Object.hasOwn(lock.networks, name) ? lock.networks[name] : undefined;
    const users = Object.values(lock.slots).filter((one) => one.network === name).length;
    if (!old || users === 0) continue;
    const was = parseBlock(old.cidr);
    const move = `would move all addresses of ${users} clusters`;
    if (old.slot_size !== slotSize)
      report.error(
        'network-moved',
        ['networks', name, 'slot_size'],
        `slot_size of ${name} was ${old.slot_size}: ${slotSize} ${move}`,
        `write slot_size: ${old.slot_size}, or declare another network for new clusters`,
      );
    else if (was && (was.first !== block.first || was.family !== block.family))
      report.error(
        'network-moved',
        ['networks', name, 'cidr'],
        `${name} began at ${old.cidr}: ${formatBlock(block)} ${move}`,
        `keep its first address when it grows, or declare another network for new clusters`,
      );
  }
}
