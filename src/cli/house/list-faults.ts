import { FAULTS } from '../../rehearsal/faults.ts';

/** A row of `rehearse --list-faults --json`. Names and shapes are a contract. */
export interface ListedFault {
  readonly name: string;
  readonly target: 'host' | 'cluster' | 'hub';
  readonly expect: 'fails' | 'survives';
  /** CLUSTER, NODE and UUID stand for the place and its machine. */
  readonly object?: string;
  readonly condition?: string;
  readonly reason?: string;
  /** From the start of the job to its failure, or to its end; simulated. */
  readonly limit_s: number;
}

/** What can be made to go wrong: one line each for people, or the table as JSON. */
export function listFaults(json: boolean): string {
  const listed = Object.entries(FAULTS).map(([name, { target, expect }]): ListedFault => {
    if (expect.outcome === 'survives') return { name, target, expect: 'survives', limit_s: expect.limitS };
    const { object, condition, reason, limitS } = expect;
    return { name, target, expect: 'fails', object, condition, reason, limit_s: limitS };
  });
  if (json) return `${JSON.stringify(listed, null, 2)}\n`;
  const width = Math.max(...listed.map(({ name }) => name.length));
  return listed
    .map(({ name, target, expect }) => `${name.padEnd(width)}  ${target.padEnd(7)}  ${expect.padEnd(8)}  ${FAULTS[name as keyof typeof FAULTS].meaning}\n`)
    .join('');
}
